"""One widget per type of question, all with the interface of `base.Field`."""
