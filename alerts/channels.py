"""Other ways than mail: what an office or the ops side gets by mail also goes to a chat (企业微信, 钉钉, 飞书 and whatever else
Apprise knows) or to a program, as a signed CloudEvent.

A chat gets the subject and the chief figures, and is referred to the mail. A program gets an event (CloudEvents 1.0,
structured, JSON) by POST, signed as Standard Webhooks ask for: ``webhook-id``, ``webhook-timestamp`` and
``webhook-signature: v1,`` with the HMAC-SHA256 of ``id.timestamp.body`` in base64. The id stays the same on a second try,
so that a program that was told twice can tell."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import json
import logging
from collections.abc import Mapping
from datetime import datetime
from typing import Any
from urllib.parse import unquote, urlsplit, urlunsplit

import apprise
import requests

from alerts.send import SendFailed

TIMEOUT = 30.0  # seconds
WEBHOOK = "cloudevents+"  # cloudevents+https://:SECRET@host/path
SOURCE = "urn:nianbao"
TYPE = "cn.nianbao."  # and the kind of mail: digest, summary, …
LATER = {408, 425, 429}  # of the answers of class 4, those that mean: not now
# What requests says where not a byte has left; after anything else a chat may have the message.
NOTHING_LEFT = ("NewConnectionError", "ConnectTimeoutError", "NameResolutionError")


class BadChannel(ValueError):
    """A channel's address is not valid; one line, without its secrets."""


def channels(text: str) -> dict[str, str]:
    """The channels of a setting, addresses with white space between them: name -> address. A name has no secret in it and
    stays the same while the address does. Raises BadChannel."""
    out = {}
    for url in text.split():
        scheme = url.partition("://")[0].lower()
        if scheme.startswith(WEBHOOK):
            _key(url)
        elif apprise.Apprise.instantiate(url, suppress_exceptions=True) is None:
            raise BadChannel(
                f"{scheme}://… is no channel; see the addresses of Apprise, or cloudevents+https://:SECRET@host/path"
            )
        out[f"{scheme}-{hashlib.sha256(url.encode()).hexdigest()[:8]}"] = url
    return out


def is_webhook(name: str) -> bool:
    """Whether a channel of that name takes events."""
    return name.startswith(WEBHOOK)


def event(key: str, kind: str, subject: str, data: Mapping[str, Any], now: datetime) -> str:
    """A CloudEvent as JSON. ``key`` is that of the mail: the id is the same however often it is sent."""
    whole = {
        "specversion": "1.0",
        "id": hashlib.sha256(key.encode()).hexdigest(),
        "source": SOURCE,
        "type": f"{TYPE}{kind}",
        "subject": subject,
        "time": now.isoformat(),
        "datacontenttype": "application/json",
        "data": data,
    }
    return json.dumps(whole, ensure_ascii=False)


def post(url: str, title: str, text: str, now: datetime) -> None:
    """Hand a message to a channel once. Raises SendFailed."""
    if url.startswith(WEBHOOK):
        _post_event(url, text, now)
    else:
        _notify(url, title, text)


# ------------------------------------------------------------------ a program


def signature(key: bytes, event_id: str, timestamp: int, body: str) -> str:
    """As Standard Webhooks sign: the receiver makes the same and compares."""
    signed = hmac.new(key, f"{event_id}.{timestamp}.{body}".encode(), hashlib.sha256).digest()
    return f"v1,{base64.b64encode(signed).decode()}"


def _key(url: str) -> bytes:
    """The key of a webhook: base64 after ``whsec_``, else the secret's own bytes."""
    parts = urlsplit(url.removeprefix(WEBHOOK))
    secret = unquote(parts.password or "")
    if parts.scheme not in {"http", "https"} or not parts.hostname or not secret:
        raise BadChannel("a webhook must look like cloudevents+https://:SECRET@host/path")
    try:
        return base64.b64decode(secret.removeprefix("whsec_")) if secret.startswith("whsec_") else secret.encode()
    except binascii.Error:
        raise BadChannel("the secret of a webhook is no base64 after whsec_") from None


def _post_event(url: str, body: str, now: datetime) -> None:
    parts = urlsplit(url.removeprefix(WEBHOOK))
    plain = urlunsplit(parts._replace(netloc=parts.netloc.rpartition("@")[2]))
    event_id, timestamp = str(json.loads(body)["id"]), int(now.timestamp())
    headers = {
        "Content-Type": "application/cloudevents+json; charset=utf-8",
        "webhook-id": event_id,
        "webhook-timestamp": str(timestamp),
        "webhook-signature": signature(_key(url), event_id, timestamp, body),
    }
    try:
        answer = requests.post(plain, body.encode(), headers=headers, timeout=TIMEOUT, allow_redirects=False)
    except requests.RequestException as error:  # told twice does no harm: the id is the same
        raise SendFailed(f"{parts.hostname}: {type(error).__name__}", "retry") from error
    if not 200 <= answer.status_code < 300:
        kind = "retry" if answer.status_code >= 500 or answer.status_code in LATER else "person"
        raise SendFailed(f"{parts.hostname} answered {answer.status_code}", kind)  # type: ignore[arg-type]


# ------------------------------------------------------------------ a chat


def _notify(url: str, title: str, text: str) -> None:
    """By Apprise, which says only whether it worked; why it did not stands in what it logs."""
    chat = apprise.Apprise()
    chat.add(url)
    with apprise.LogCapture(level=logging.DEBUG) as captured:  # type: ignore[no-untyped-call]
        taken = chat.notify(body=text, title=title, body_format=apprise.NotifyFormat.TEXT)
        printed = captured.getvalue()
    if taken:
        return
    scheme = url.partition("://")[0]
    if "Socket Exception" not in printed:
        refused = next((line for line in printed.splitlines() if "error=" in line), "")
        code = refused.partition("error=")[2].strip(" .")
        passing = not code.isdigit() or int(code) >= 500 or int(code) in LATER
        raise SendFailed(f"{scheme} refused the message ({code or 'no code'})", "retry" if passing else "person")
    if any(word in printed for word in NOTHING_LEFT):
        raise SendFailed(f"{scheme} cannot be reached", "retry")
    raise SendFailed(f"{scheme}: the answer was lost after the message", "person", True)
