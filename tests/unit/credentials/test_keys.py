"""Keys as `did:key` writes them."""

import pytest

from meshnode.credentials.keys import BadMultibase, did_of, key_of, method_of, read_multibase, write_multibase

KEY = bytes(range(32))


@pytest.mark.parametrize(
    ("raw", "text"),
    [
        (b"", "z"),
        (b"\0", "z1"),
        (b"\0\0\x01", "z112"),
        (b"Hello World!", "z2NEpo7TZRRrLZSi2U"),
        (b"\x00\x00\x28\x7f\xb4\xcd", "z11233QC4"),
        (
            b"The quick brown fox jumps over the lazy dog.",
            "zUSm3fpXnKG5EUBx2ndxBDMPVciP5hGey2Jh4NDv6gmeo1LkMeiKrLJUUBk6Z",
        ),
    ],
)
def test_base58_is_that_of_its_draft(raw: bytes, text: str) -> None:
    assert (write_multibase(raw), read_multibase(text)) == (text, raw)


@pytest.mark.parametrize("text", ["", "2NEpo", "z0", "zO", "zI", "zl", "z é", "z" + "2" * 256])
def test_what_is_no_base58_is_refused(text: str) -> None:
    with pytest.raises(BadMultibase):
        read_multibase(text)


def test_a_key_is_named_as_others_name_it() -> None:
    method = "did:key:z6MkrJVnaZkeFzdQyMZu1cgjg7k1pZZ6pvBQ7XJPt4swbTQ2#z6MkrJVnaZkeFzdQyMZu1cgjg7k1pZZ6pvBQ7XJPt4swbTQ2"
    assert method_of(key_of(method)) == method
    assert key_of(method_of(KEY)) == KEY


@pytest.mark.parametrize(
    "method",
    [
        "",
        "did:web:vc.example#key",
        did_of(KEY),
        f"{did_of(KEY)}#{did_of(bytes(32)).removeprefix('did:key:')}",
        "did:key:z6#z6",
        "did:key:zQ3shokFTS3brHcDQrn82RUDfCZESWL1ZdCEJwekUDPQiYBme#zQ3shokFTS3brHcDQrn82RUDfCZESWL1ZdCEJwekUDPQiYBme",
    ],
)
def test_what_names_no_ed25519_key_is_refused(method: str) -> None:
    with pytest.raises(BadMultibase):
        key_of(method)
