"""What operators paste as a base URL is understood, or refused."""

import pytest

from bot.relay import normalise_base_url

UNDERSTOOD = {
    "https://relay.example": "https://relay.example/v1",
    "https://relay.example/": "https://relay.example/v1",
    "https://relay.example/v1": "https://relay.example/v1",
    "https://relay.example/v1///": "https://relay.example/v1",
    " https://relay.example/v1 ": "https://relay.example/v1",
    "https://relay.example/v1/chat/completions": "https://relay.example/v1",
    "https://relay.example/v1/chat/completions/": "https://relay.example/v1",
    "https://relay.example/chat/completions": "https://relay.example/v1",
    "https://relay.example/v1/models": "https://relay.example/v1",
    "https://relay.example/openai": "https://relay.example/openai/v1",
    "https://relay.example/api/paas/v4": "https://relay.example/api/paas/v4",
    "https://relay.example/v1beta/openai": "https://relay.example/v1beta/openai",
    "https://relay.example/v1?key=1#x": "https://relay.example/v1",
    "HTTP://Relay.Example:8080/V1": "http://relay.example:8080/V1",
    "http://[::1]:8000": "http://[::1]:8000/v1",
    "http://127.0.0.1:9": "http://127.0.0.1:9/v1",
}


@pytest.mark.parametrize(("pasted", "base"), UNDERSTOOD.items())
def test_understands_what_is_pasted(pasted: str, base: str) -> None:
    assert normalise_base_url(pasted) == base


@pytest.mark.parametrize("base", UNDERSTOOD.values())
def test_is_at_rest_after_one_step(base: str) -> None:
    assert normalise_base_url(base) == base


@pytest.mark.parametrize(
    "text",
    [
        "",
        "relay.example",
        "ftp://relay.example",
        "https://",
        "https:///v1",
        "file:///etc/passwd",
        "https://user:secret@relay.example",
        "https://user@relay.example",
        "https://a b.example",
        "https://relay.example\\@evil.example",
        "https://relay.example:0",
        "https://relay.example:99999",
        "https://relay.example/\nv1",
        "https://[::1",
        "javascript:alert(1)",
    ],
)
def test_refuses_what_is_no_address(text: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - each says something else
        normalise_base_url(text)
