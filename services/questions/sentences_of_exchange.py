"""Sentences of what organisations ask to be told, where, and of when nothing shall be sent."""

from collections.abc import Callable
from typing import Any

from events import endpoint, silence, subscription
from events.fact import Fact
from services.questions.words import Called, day, of

DIGESTS = {
    subscription.Digest.NONE: "từng việc",
    subscription.Digest.DAILY: "tổng hợp hằng ngày",
    subscription.Digest.WEEKLY: "tổng hợp hằng tuần",
}


def _registered(fact: endpoint.EndpointRegistered, called: Called) -> str:
    return f"{of(fact.organisation, called)} đăng ký một địa chỉ nhận thông báo tự động"


def _rotated(_fact: endpoint.EndpointRotated, _called: Called) -> str:
    return "thay khoá ký của một địa chỉ nhận thông báo tự động"


def _closed(_fact: endpoint.EndpointEnded, _called: Called) -> str:
    return "chấm dứt một địa chỉ nhận thông báo tự động"


def _made(fact: subscription.SubscriptionMade, called: Called) -> str:
    return f"{of(fact.organisation, called)} đăng ký nhận thông báo ({DIGESTS[fact.digest]})"


def _paused(_fact: subscription.SubscriptionPaused, _called: Called) -> str:
    return "tạm dừng nhận thông báo theo đăng ký"


def _resumed(_fact: subscription.SubscriptionResumed, _called: Called) -> str:
    return "tiếp tục nhận thông báo theo đăng ký"


def _ended(_fact: subscription.SubscriptionEnded, _called: Called) -> str:
    return "chấm dứt đăng ký nhận thông báo"


def _begun(fact: silence.SilenceBegun, called: Called) -> str:
    return f"{of(fact.organisation, called)} tạm ngừng gửi thông báo đến hết {fact.until:%H:%M} ngày {day(fact.until)}"


def _over(_fact: silence.SilenceEnded, _called: Called) -> str:
    return "chấm dứt việc tạm ngừng gửi thông báo"


OF_EXCHANGE: dict[type[Fact], Callable[[Any, Called], str]] = {
    endpoint.EndpointRegistered: _registered,
    endpoint.EndpointRotated: _rotated,
    endpoint.EndpointEnded: _closed,
    subscription.SubscriptionMade: _made,
    subscription.SubscriptionPaused: _paused,
    subscription.SubscriptionResumed: _resumed,
    subscription.SubscriptionEnded: _ended,
    silence.SilenceBegun: _begun,
    silence.SilenceEnded: _over,
}
"""By the fact's class, for `services.questions.sentences`."""
