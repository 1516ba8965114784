"""What is sealed stays shut, opens for the right one, and reads with standard tools."""

from __future__ import annotations

import base64
import io
import pickle
import shutil
import subprocess
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from baitao_desktop import seal
from baitao_desktop.domain.errors import UserFacingError


def test_a_password_opens_its_slot_and_nothing_else_does() -> None:
    key = seal.new_key()
    slot = seal.wrap_key(key, seal.password("白涛 2022"))
    assert seal.unwrap_key(slot, seal.password("白涛 ２０２２")) == key
    assert seal.unwrap_key(slot, seal.password("白涛 2023")) is None
    assert seal.unwrap_key(slot, seal.recovery(seal.new_recovery_code())) is None
    assert slot["alg"] == "argon2id-64-3-4/aes256gcm/1"
    assert key.hex() not in str(slot)


def test_a_slot_that_was_altered_says_so() -> None:
    slot = seal.wrap_key(seal.new_key(), seal.password("a"))
    with pytest.raises(UserFacingError) as newer:
        seal.unwrap_key({**slot, "alg": "sm4/1"}, seal.password("a"))
    with pytest.raises(UserFacingError) as damaged:
        seal.unwrap_key({**slot, "nonce": "zz"}, seal.password("a"))
    assert (newer.value.code, damaged.value.code) == ("S81", "S82")
    flipped = slot["ct"][:-1] + ("0" if slot["ct"][-1] != "0" else "1")
    assert seal.unwrap_key({**slot, "ct": flipped}, seal.password("a")) is None


def test_a_recovery_code_survives_a_careless_copy() -> None:
    code = seal.new_recovery_code()
    assert len(code.split("-")) == 7
    careless = code.lower().replace("-", "  ").replace("0", "o").replace("1", "l")
    assert seal.recovery(careless) == seal.recovery(code)
    slot = seal.wrap_key(b"k" * 32, seal.recovery(code))
    assert seal.unwrap_key(slot, seal.recovery(careless)) == b"k" * 32


def test_a_wrong_symbol_or_a_swap_in_a_recovery_code_is_found() -> None:
    plain = seal.new_recovery_code().replace("-", "")
    for i, symbol in enumerate(plain):
        for other in "0Z7":
            if other != symbol:
                with pytest.raises(UserFacingError):
                    seal.recovery(plain[:i] + other + plain[i + 1 :])
        if i and plain[i - 1] != symbol:
            with pytest.raises(UserFacingError):
                seal.recovery(plain[: i - 1] + symbol + plain[i - 1] + plain[i + 1 :])
    with pytest.raises(UserFacingError, match="28个"):
        seal.recovery(plain[:-1])


def test_secrets_do_not_show() -> None:
    keys = seal.new_device_keys()
    for shown in (repr(keys), str(keys)):
        assert keys.age_identity not in shown
        assert keys.signing_private not in shown
    secret = seal.password("口令甲")
    assert "口令甲" not in f"{secret!r}{secret}{secret:}"
    kept = seal.Sealed({"xingming": "测甲某"})
    assert f"{kept}{kept!r}{[kept]}" == "（已保护）（已保护）[（已保护）]"
    assert kept.reveal()["xingming"] == "测甲某"
    with pytest.raises(TypeError):
        pickle.dumps(kept)


def test_keys_go_through_json() -> None:
    keys = seal.new_device_keys()
    assert seal.DeviceKeys.from_json(keys.to_json()) == keys
    assert seal.recipient_of(keys.age_identity) == keys.age_recipient
    assert seal.good_recipient(keys.age_recipient)
    assert not seal.good_recipient("age1不是")


def test_a_signature_is_for_one_message_one_namespace_one_key() -> None:
    keys, other = seal.new_device_keys(), seal.new_device_keys()
    made = seal.sign(keys.signing_private, "baitao-bundle", "清单".encode())
    assert seal.verify(keys.signing_public, "baitao-bundle", "清单".encode(), made)
    assert not seal.verify(keys.signing_public, "baitao-bundle", "清单 ".encode(), made)
    assert not seal.verify(keys.signing_public, "baitao-card", "清单".encode(), made)
    assert not seal.verify(other.signing_public, "baitao-bundle", "清单".encode(), made)
    for bad in (b"", b"x", made[:-40], made.replace(b"SSH", b"PGP"), "签".encode()):
        assert not seal.verify(keys.signing_public, "baitao-bundle", "清单".encode(), bad)
    assert not seal.verify("zz", "baitao-bundle", "清单".encode(), made)


@settings(max_examples=60)
@given(st.data())
def test_no_altered_signature_verifies_nor_raises(data: st.DataObject) -> None:
    keys = seal.new_device_keys()
    made = bytearray(seal.sign(keys.signing_private, "n", b"m"))
    at = data.draw(st.integers(40, len(made) - 40))
    new = data.draw(st.integers(0, 255))
    unchanged = made[at] == new
    made[at] = new
    # 编码末尾的空白字符不改变签名本身
    if not unchanged and not bytes([new]).isspace():
        assert not seal.verify(keys.signing_public, "n", b"m", bytes(made))


@pytest.mark.skipif(not shutil.which("ssh-keygen"), reason="没有 ssh-keygen")
def test_ssh_keygen_accepts_our_signature_and_we_accept_its(tmp_path: Path) -> None:
    keys = seal.new_device_keys()
    (tmp_path / "allowed").write_text(f"danwei {seal.ssh_public_line(keys.signing_public)}\n")
    (tmp_path / "m.sig").write_bytes(seal.sign(keys.signing_private, "baitao-bundle", b"message"))
    command = ["ssh-keygen", "-Y", "verify", "-f", "allowed", "-I", "danwei", "-n", "baitao-bundle", "-s", "m.sig"]
    good = subprocess.run(command, cwd=tmp_path, input=b"message", capture_output=True, check=False)
    bad = subprocess.run(command, cwd=tmp_path, input=b"massage", capture_output=True, check=False)
    assert good.returncode == 0, good.stderr
    assert bad.returncode != 0
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", "k"], cwd=tmp_path, check=True)
    (tmp_path / "theirs").write_bytes(b"message")
    subprocess.run(["ssh-keygen", "-q", "-Y", "sign", "-f", "k", "-n", "ns", "theirs"], cwd=tmp_path, check=True)
    public = base64.b64decode((tmp_path / "k.pub").read_text().split()[1])[-32:].hex()
    assert seal.verify(public, "ns", b"message", (tmp_path / "theirs.sig").read_bytes())


def test_fingerprints_are_eight_digits_and_differ() -> None:
    first, second = seal.fingerprint("a", "b"), seal.fingerprint("ab", "")
    assert len(first) == 8
    assert first.isdigit()
    assert first != second
    assert first == seal.fingerprint("a", "b")


def test_a_block_opens_for_the_office_alone_and_always_has_one_size() -> None:
    identity, recipient = seal.new_identity()
    named = {"xuanze": "yi", "xingming": "测甲某", "dianhua": "138 0000 0001", "beizhu": "长" * 100}
    none = {"xuanze": "bing"}
    blocks = [seal.seal_block(b, recipient, epoch=3) for b in (named, none) * 5]
    assert {len(b["ct"]) for b in blocks} == {len(blocks[0]["ct"])}
    assert {b["epoch"] for b in blocks} == {3}
    assert seal.open_block(blocks[0], identity) == named
    assert seal.open_block(blocks[1], identity) == none
    assert seal.open_block(blocks[0], seal.new_identity()[0]) is None
    assert "测甲某" not in str(blocks[0])
    assert len({b["ct"] for b in blocks}) == len(blocks)


def test_a_block_that_is_too_long_or_altered_is_refused() -> None:
    identity, recipient = seal.new_identity()
    with pytest.raises(UserFacingError, match="太长"):
        seal.seal_block({"beizhu": "长" * 400}, recipient, epoch=1)
    sealed = seal.seal_block({"a": 1}, recipient, epoch=1)
    for bad in ("", "???", sealed["ct"][:40], "A" * 200):
        assert seal.open_block({**sealed, "ct": bad}, identity) is None
    with pytest.raises(UserFacingError, match="升级"):
        seal.open_block({**sealed, "alg": "sm2/1"}, identity)


def test_the_callback_identity_sleeps_in_a_file() -> None:
    identity, recipient = seal.new_identity()
    slot = seal.wrap_identity(identity, seal.password("回访"))
    assert slot["recipient"] == recipient
    assert seal.unwrap_identity(slot, seal.password("回访")) == identity
    assert seal.unwrap_identity(slot, seal.password("回")) is None
    assert seal.unwrap_identity({**slot, "recipient": "age1x"}, seal.password("回访")) is None
    assert identity not in str(slot)


def test_query_codes_catch_slips_of_the_pen() -> None:
    for _ in range(50):
        code = seal.query_code()
        assert len(code) == 11
        assert code.startswith("12")
        assert seal.query_code_ok(code)
        assert seal.query_code_ok(f"{code[:3]} {code[3:7]}-{code[7:]}")
        for i in range(2, 11):
            assert not seal.query_code_ok(code[:i] + str((int(code[i]) + 1) % 10) + code[i + 1 :])
    assert not seal.query_code_ok("13800000001")


def test_a_query_code_is_found_by_its_hash() -> None:
    code, salt = seal.query_code(), b"baitao_2022 salt"
    kept = seal.query_code_hash(code, salt)
    assert kept == seal.query_code_hash(f"{code[:3]} {code[3:]}", salt)
    assert kept != seal.query_code_hash(code, b"another campaign")
    assert code not in kept


@settings(max_examples=20)
@given(st.binary(max_size=200_000))
def test_a_stream_comes_back_whole_for_each_recipient(plain: bytes) -> None:
    first, second = seal.new_identity(), seal.new_identity()
    shut = io.BytesIO()
    seal.encrypt_file(io.BytesIO(plain), shut, [first[1], second[1]])
    for identity in (first[0], second[0]):
        out = io.BytesIO()
        seal.decrypt_file(io.BytesIO(shut.getvalue()), out, identity)
        assert out.getvalue() == plain


def test_why_a_stream_does_not_open() -> None:
    mine, other = seal.new_identity(), seal.new_identity()
    shut = io.BytesIO()
    seal.encrypt_file(io.BytesIO(b"x" * 200_000), shut, [other[1]])
    whole = shut.getvalue()

    def reason(data: bytes, identity: str) -> str:
        with pytest.raises(seal.OpenFailed) as failed:
            seal.decrypt_file(io.BytesIO(data), io.BytesIO(), identity)
        return failed.value.reason

    assert reason(whole, mine[0]) == "not for us"
    assert reason(whole[:-1], other[0]) == "damaged"
    assert reason(whole[:100_000], other[0]) == "damaged"
    assert reason(whole[:60], other[0]) == "damaged"
    assert reason(b"PK\x03\x04" + whole, other[0]) == "not sealed"
    assert reason(b"", other[0]) == "not sealed"
    with pytest.raises(ValueError, match="recipients"):
        seal.encrypt_file(io.BytesIO(), io.BytesIO(), [])


def test_a_full_disk_is_told_as_a_full_disk() -> None:
    class Full(io.BytesIO):
        def write(self, data: object) -> int:
            raise OSError(28, "No space left on device")

    identity, recipient = seal.new_identity()
    shut = io.BytesIO()
    seal.encrypt_file(io.BytesIO(b"x" * 100_000), shut, [recipient])
    shut.seek(0)
    with pytest.raises(OSError, match="No space"):
        seal.decrypt_file(shut, Full(), identity)
    with pytest.raises(OSError, match="No space"):
        seal.encrypt_file(io.BytesIO(b"x" * 100_000), Full(), [recipient])
