"""All cryptography of the house. Every sealed thing carries the id of its algorithm, so that others can be added.

Used: age X25519 (pyrage) for bundles and identities, Ed25519 in the SSHSIG form for signatures, Argon2id and
AES-256-GCM for what a typed secret protects. `age`, `ssh-keygen -Y verify` read what is made here.
"""

from __future__ import annotations

import base64
import hashlib
import json
import secrets
import struct
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import BinaryIO, Generic, Literal, Protocol, TypeVar

from baitao_desktop.domain.errors import UserFacingError
from baitao_desktop.domain.ops import Json, canonical

T = TypeVar("T")

SLOT_ALG = "argon2id-64-3-4/aes256gcm/1"
BLOCK_ALG = "age-x25519-3/1"
CODE_ALG = "argon2id-64-3-4/1"
AGE_MAGIC = b"age-encryption.org/v1"
BLOCK_BYTES = 1024
_SEALED_BYTES = 1600
_CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_CODE_SYMBOLS = 26  # 26 × 5 = 130 bits
_CHECK_MODULUS = 1021  # prime: every wrong symbol and every swap of neighbours changes the two check symbols
_ARMOR = ("-----BEGIN SSH SIGNATURE-----", "-----END SSH SIGNATURE-----")
HIDDEN = "（已保护）"


def password(text: str) -> Secret:
    """A typed password. Full-width letters and digits count as half-width: an input method must not lock anyone out."""
    return Secret("password", unicodedata.normalize("NFKC", text))


def recovery(text: str) -> Secret:
    """A recovery code as copied from paper; blanks, dashes, case, O/0, I/L/1 do not matter.

    UserFacingError S80 when it has the wrong length or its check symbols do not fit.
    """
    plain = unicodedata.normalize("NFKC", text).upper().translate(str.maketrans("OIL", "011"))
    plain = "".join(c for c in plain if c.isalnum())
    if len(plain) != _CODE_SYMBOLS + 2 or any(c not in _CROCKFORD for c in plain):
        raise UserFacingError("S80", "恢复码应是28个字母和数字，现在输入的不是。请对照打印的恢复码逐组核对。")
    if _check_symbols(plain[:_CODE_SYMBOLS]) != plain[_CODE_SYMBOLS:]:
        raise UserFacingError("S80", "恢复码里有抄错的字。请对照打印的恢复码逐组核对后再输入。")
    return Secret("recovery", plain)


def new_key() -> bytes:
    """A random 256-bit data key."""
    return secrets.token_bytes(32)


def new_recovery_code() -> str:
    """A random code of 130 bits and a check, seven groups of four: to be printed once, accepted by `recovery`."""
    body = "".join(secrets.choice(_CROCKFORD) for _ in range(_CODE_SYMBOLS))
    plain = body + _check_symbols(body)
    return "-".join(plain[i : i + 4] for i in range(0, len(plain), 4))


def wrap_key(key: bytes, secret: Secret) -> dict[str, Json]:
    """A JSON slot from which only `secret` gets `key` back (Argon2id 64 MiB, 3 passes, 4 lanes; ~0.15 s)."""
    return _wrap(key, secret, "")


def unwrap_key(slot: Mapping[str, Json], secret: Secret) -> bytes | None:
    """The key in a slot; None when the secret is another one or of another kind.

    UserFacingError S81 when the slot was made by a newer program, S82 when it is damaged.
    """
    return _unwrap(slot, secret, "")


def new_device_keys() -> DeviceKeys:
    """A fresh pair of pairs for one installation."""
    import pyrage
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    identity = pyrage.x25519.Identity.generate()
    signing = Ed25519PrivateKey.generate()
    return DeviceKeys(
        str(identity),
        str(identity.to_public()),
        signing.private_bytes_raw().hex(),
        signing.public_key().public_bytes_raw().hex(),
    )


def new_identity() -> tuple[str, str]:
    """A fresh age X25519 pair (identity, recipient), as for the 回访 key."""
    import pyrage

    identity = pyrage.x25519.Identity.generate()
    return str(identity), str(identity.to_public())


def recipient_of(age_identity: str) -> str:
    """The public half of an age identity."""
    return str(_identity(age_identity).to_public())


def good_recipient(text: str) -> bool:
    """Whether `text` is an age X25519 public key."""
    import pyrage

    try:
        pyrage.x25519.Recipient.from_str(text)
    except pyrage.RecipientError:
        return False
    return True


def sign(private_hex: str, namespace: str, message: bytes) -> bytes:
    """An armored SSHSIG Ed25519 signature, as `ssh-keygen -Y sign` makes it."""
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    private = Ed25519PrivateKey.from_private_bytes(bytes.fromhex(private_hex))
    public = _ssh_public(private.public_key().public_bytes_raw())
    signature = _string(b"ssh-ed25519") + _string(private.sign(_to_be_signed(namespace, message)))
    blob = b"SSHSIG" + struct.pack(">I", 1) + _string(public) + _string(namespace.encode()) + _string(b"")
    text = base64.b64encode(blob + _string(b"sha512") + _string(signature)).decode()
    lines = [text[i : i + 70] for i in range(0, len(text), 70)]
    return "\n".join([_ARMOR[0], *lines, _ARMOR[1], ""]).encode()


def verify(public_hex: str, namespace: str, message: bytes, signature: bytes) -> bool:
    """Whether the holder of `public_hex` signed `message` for `namespace`. False for anything malformed."""
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

    try:
        raw = bytes.fromhex(public_hex)
        lines = signature.decode("ascii").split()
        body = "".join(lines[3:-3])
        if " ".join(lines[:3]) != _ARMOR[0] or " ".join(lines[-3:]) != _ARMOR[1]:
            return False
        blob = base64.b64decode(body, validate=True)
        if blob[:10] != b"SSHSIG" + struct.pack(">I", 1):
            return False
        public, space, reserved, hashing, inner = _strings(blob[10:], 5)
        algorithm, raw_signature = _strings(inner, 2)
        if (public, space, reserved, algorithm) != (_ssh_public(raw), namespace.encode(), b"", b"ssh-ed25519"):
            return False
        to_be_signed = _to_be_signed(namespace, message, hashing.decode("ascii"))
        Ed25519PublicKey.from_public_bytes(raw).verify(raw_signature, to_be_signed)
    except (ValueError, struct.error, InvalidSignature):
        return False
    return True


def ssh_public_line(public_hex: str) -> str:
    """The public key as a line of an `allowed_signers` or `.pub` file, for whoever checks with standard tools."""
    return "ssh-ed25519 " + base64.b64encode(_ssh_public(bytes.fromhex(public_hex))).decode()


def fingerprint(*public_parts: str) -> str:
    """Eight digits to compare by telephone. Slow on purpose (~0.15 s): 10^8 is few enough to forge a fast one."""
    joined = "\x1f".join(public_parts).encode()
    return f"{int.from_bytes(_argon2id(joined, b'baitao-fingerprint/1', 16), 'big') % 10**8:08d}"


def seal_block(block: Mapping[str, Json], recipient: str, *, epoch: int) -> dict[str, Json]:
    """The Sealed answer of a reporter's block: only `recipient`'s identity opens it; whatever it says, the same size.

    Three recipients always (two are dummies whose keys are thrown away, in random order), so that nobody sees to how
    many it is sealed. UserFacingError A80 when the block is longer than 1 024 bytes of canonical JSON.
    """
    import pyrage

    plain = canonical(dict(block)).encode()
    if len(plain) > BLOCK_BYTES:
        raise UserFacingError("A80", "举报人信息填得太长，无法密封。请把备注或住址写短一些。")
    plain = plain.ljust(BLOCK_BYTES, b" ")
    keys = [pyrage.x25519.Recipient.from_str(recipient)]
    keys += [pyrage.x25519.Identity.generate().to_public() for _ in range(2)]
    secrets.SystemRandom().shuffle(keys)
    while True:
        # 该库给头部加随机长度的填充行（rage “grease”）；外面再补到固定长度，偶尔超长就重做
        sealed = pyrage.encrypt(plain, keys)
        if len(sealed) <= _SEALED_BYTES - 2:
            break
    whole = struct.pack(">H", len(sealed)) + sealed
    whole += secrets.token_bytes(_SEALED_BYTES - len(whole))
    return {"alg": BLOCK_ALG, "epoch": epoch, "ct": base64.b64encode(whole).decode()}


def open_block(sealed: Mapping[str, Json], age_identity: str) -> dict[str, Json] | None:
    """The block inside a Sealed answer; None when it was not sealed to this identity or is damaged.

    UserFacingError S81 when a newer program sealed it.
    """
    import pyrage

    _known(sealed, BLOCK_ALG)
    try:
        whole = base64.b64decode(str(sealed.get("ct", "")), validate=True)
        (size,) = struct.unpack(">H", whole[:2])
        block = json.loads(pyrage.decrypt(whole[2 : 2 + size], [_identity(age_identity)]))
    except (ValueError, struct.error, pyrage.DecryptError):
        return None
    return block if isinstance(block, dict) else None


def wrap_identity(age_identity: str, passphrase: Secret) -> dict[str, Json]:
    """An age identity for keeping in a file; `recipient` in it tells which one it is."""
    recipient = recipient_of(age_identity)
    return {**_wrap(age_identity.encode(), passphrase, recipient), "recipient": recipient}


def unwrap_identity(slot: Mapping[str, Json], passphrase: Secret) -> str | None:
    """The identity of `wrap_identity`; None for a wrong passphrase. UserFacingError S81, S82 as `unwrap_key`."""
    plain = _unwrap(slot, passphrase, str(slot.get("recipient", "")))
    return None if plain is None else plain.decode()


def query_code() -> str:
    """Eleven digits, beginning with 12 (nobody's telephone number), the last a check digit."""
    body = "12" + "".join(secrets.choice("0123456789") for _ in range(8))
    return body + _check_digit(body)


def query_code_ok(code: str) -> bool:
    """Whether the digits of `code` (blanks, dashes, full-width forms aside) are a query code that was copied rightly."""
    digits = _digits(code)
    return len(digits) == 11 and digits.startswith("12") and _check_digit(digits[:-1]) == digits[-1]


def query_code_hash(code: str, salt: bytes) -> str:
    """What is kept of a query code, the same for every spelling of it. `salt` = the campaign's, at least 8 bytes."""
    return f"{CODE_ALG}:{_argon2id(_digits(code).encode(), salt, 16).hex()}"


def encrypt_file(source: Readable, target: Writable, recipients: Sequence[str]) -> None:
    """Stream `source` to `target` as an age file that each of `recipients` can open.

    ValueError when there is none of them; whatever either of the two raises, as it was raised.
    """
    import pyrage

    if not recipients:
        raise ValueError("no recipients")
    watched = _Watched(source, target)
    try:
        pyrage.encrypt_io(watched, watched, [pyrage.x25519.Recipient.from_str(r) for r in recipients])
    except BaseException:
        watched.tell()
        raise
    watched.tell()


def decrypt_file(source: BinaryIO, target: Writable, age_identity: str) -> None:
    """Stream the content of the age file `source` (seekable) to `target`.

    OpenFailed tells why it does not open; then what stands in `target` is worthless. What `target` raises, as raised.
    """
    import pyrage

    start = source.tell()
    magic = source.read(len(AGE_MAGIC))
    source.seek(start)
    if magic != AGE_MAGIC:
        raise OpenFailed("not sealed")
    watched = _Watched(source, target)
    try:
        pyrage.decrypt_io(watched, watched, [_identity(age_identity)])
    except (OSError, pyrage.DecryptError) as error:
        watched.tell()
        raise OpenFailed("not for us" if "No matching keys" in str(error) else "damaged") from error
    watched.tell()


def mask(key: bytes, offset: int, data: bytes) -> bytes:
    """`data` as it stands at `offset` (a multiple of 16) of a scratch file under `key`; the same call takes it off again.

    AES-256-CTR without authentication: only for unnamed files that this process alone reads and that die with it.
    """
    from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

    counter = (offset // 16).to_bytes(16, "big")
    return Cipher(algorithms.AES(key), modes.CTR(counter)).encryptor().update(data)


def filler(size: int) -> bytes:
    """Random bytes that nothing tells from sealed ones; many times faster than asking the system for each."""
    return mask(new_key(), 0, bytes(size))


class Readable(Protocol):
    def read(self, size: int, /) -> bytes: ...


class Writable(Protocol):
    def write(self, data: bytes, /) -> int: ...
    def flush(self) -> None: ...


@dataclass(frozen=True, slots=True)
class Secret:
    """Something typed that opens something. Its text is in no repr, log or traceback."""

    kind: Literal["password", "recovery"]
    text: str = field(repr=False)

    def __str__(self) -> str:
        return HIDDEN


@dataclass(frozen=True, slots=True)
class DeviceKeys:
    """What one installation opens and signs with. The private halves are in no repr; keep them in the cabinet only."""

    age_identity: str = field(repr=False)
    age_recipient: str
    signing_private: str = field(repr=False)
    signing_public: str

    def to_json(self) -> dict[str, Json]:
        return {
            "age_identity": self.age_identity,
            "age_recipient": self.age_recipient,
            "signing_private": self.signing_private,
            "signing_public": self.signing_public,
        }

    @staticmethod
    def from_json(said: Mapping[str, Json]) -> DeviceKeys:
        return DeviceKeys(said["age_identity"], said["age_recipient"], said["signing_private"], said["signing_public"])


class Sealed(Generic[T]):
    """An identity while it is in memory: printing, logging or formatting it shows nothing, pickling is refused."""

    __slots__ = ("_value",)

    def __init__(self, value: T) -> None:
        self._value = value

    def reveal(self) -> T:
        return self._value

    def __repr__(self) -> str:
        return HIDDEN

    def __reduce__(self) -> str:
        raise TypeError("a sealed value is never written anywhere")


class OpenFailed(Exception):
    """An age file that does not open here; `reason` says why."""

    def __init__(self, reason: Literal["not for us", "damaged", "not sealed"]) -> None:
        super().__init__(reason)
        self.reason = reason


class _Watched:
    """A reader and writer that remembers what went wrong first: pyrage 1.4.0 renames some errors of the files it is
    given and swallows others (measured)."""

    def __init__(self, source: Readable, target: Writable) -> None:
        self._source, self._target = source, target
        self._trouble: BaseException | None = None

    def read(self, size: int = -1) -> bytes:
        with self:
            return self._source.read(size)

    def write(self, data: bytes) -> int:
        with self:
            return self._target.write(data)

    def flush(self) -> None:
        with self:
            self._target.flush()

    def tell(self) -> None:
        if self._trouble is not None:
            raise self._trouble

    def __enter__(self) -> None:
        pass

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        self._trouble = self._trouble or error


def _wrap(payload: bytes, secret: Secret, context: str) -> dict[str, Json]:
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    salt, nonce = secrets.token_bytes(16), secrets.token_bytes(12)
    bound = "\x1f".join((SLOT_ALG, secret.kind, context)).encode()
    sealed = AESGCM(_argon2id(secret.text.encode(), salt, 32)).encrypt(nonce, payload, bound)
    return {"alg": SLOT_ALG, "kind": secret.kind, "salt": salt.hex(), "nonce": nonce.hex(), "ct": sealed.hex()}


def _unwrap(slot: Mapping[str, Json], secret: Secret, context: str) -> bytes | None:
    from cryptography.exceptions import InvalidTag
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    _known(slot, SLOT_ALG)
    if slot.get("kind") != secret.kind:
        return None
    try:
        salt, nonce, sealed = (bytes.fromhex(str(slot.get(k, "-"))) for k in ("salt", "nonce", "ct"))
        if len(salt) != 16 or len(nonce) != 12 or len(sealed) < 16:
            raise ValueError("length")
    except ValueError as error:
        raise UserFacingError("S82", "钥匙文件已损坏，读不出来。请换用恢复码，或从备份里取回钥匙文件。") from error
    bound = "\x1f".join((SLOT_ALG, secret.kind, context)).encode()
    try:
        return AESGCM(_argon2id(secret.text.encode(), salt, 32)).decrypt(nonce, sealed, bound)
    except InvalidTag:
        return None


def _known(sealed: Mapping[str, Json], algorithm: str) -> None:
    if sealed.get("alg") != algorithm:
        raise UserFacingError("S81", "这份密封内容是较新版本的程序做的，本机打不开。请先升级程序。")


def _argon2id(secret: bytes, salt: bytes, length: int) -> bytes:
    """64 MiB, 3 passes, 4 lanes: KeePassXC's memory, ~0.15 s on two shared cores (storage_exchange §3)."""
    from cryptography.hazmat.primitives.kdf.argon2 import Argon2id

    return Argon2id(salt=salt, length=length, iterations=3, lanes=4, memory_cost=64 * 1024).derive(secret)


def _identity(age_identity: str):  # type: ignore[no-untyped-def]
    import pyrage

    return pyrage.x25519.Identity.from_str(age_identity)


def _check_symbols(body: str) -> str:
    number = 0
    for symbol in body:
        number = number * 32 + _CROCKFORD.index(symbol)
    # ×32²: the check stands behind the body, so that swapping the last symbol with the first check symbol shows
    check = number * 1024 % _CHECK_MODULUS
    return _CROCKFORD[check // 32] + _CROCKFORD[check % 32]


def _digits(code: str) -> str:
    return "".join(c for c in unicodedata.normalize("NFKC", code) if c in "0123456789")


def _check_digit(body: str) -> str:
    """ISO 7064 MOD 11,10: finds every wrong digit and nearly every swap."""
    rest = 10
    for digit in body:
        rest = ((rest + int(digit)) % 10 or 10) * 2 % 11
    return str((11 - rest) % 10)


def _string(data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + data


def _strings(blob: bytes, count: int) -> list[bytes]:
    """Exactly `count` length-prefixed strings; ValueError for anything short or left over."""
    found: list[bytes] = []
    for _ in range(count):
        (size,) = struct.unpack(">I", blob[:4])
        if size > len(blob) - 4:
            raise ValueError("short")
        found.append(blob[4 : 4 + size])
        blob = blob[4 + size :]
    if blob:
        raise ValueError("left over")
    return found


def _ssh_public(raw: bytes) -> bytes:
    return _string(b"ssh-ed25519") + _string(raw)


def _to_be_signed(namespace: str, message: bytes, hashing: str = "sha512") -> bytes:
    if hashing not in ("sha256", "sha512"):
        raise ValueError("hash of a signature")
    digest = hashlib.new(hashing, message).digest()
    return b"SSHSIG" + _string(namespace.encode()) + _string(b"") + _string(hashing.encode()) + _string(digest)
