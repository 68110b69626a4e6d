"""An organisation asks to be told, lets it rest and takes it back; and says for how long nothing is sent."""

from datetime import UTC, datetime

from msgspec.structs import replace

from events import silence as silences
from events import subscription as subscriptions
from events.silence import Silence, SilenceBegun, SilenceEnded
from events.subscription import (
    About,
    Channel,
    Digest,
    Subscription,
    SubscriptionEnded,
    SubscriptionMade,
    SubscriptionPaused,
    SubscriptionResumed,
    Way,
)
from tests.examples import COMMUNE
from tests.given import given, seen

MADE = SubscriptionMade(
    organisation=COMMUNE, facts=("member.*",), channels=(Channel(way=Way.INBOX),),
    about=About(organisation=COMMUNE), timezone="Asia/Ho_Chi_Minh",
)  # fmt: skip
PAUSED, RESUMED, ENDED = SubscriptionPaused(), SubscriptionResumed(), SubscriptionEnded()
BEGUN = SilenceBegun(organisation=COMMUNE, about=About(organisation=COMMUNE), until=datetime(2026, 3, 9, tzinfo=UTC))


def test_a_subscription_is_made() -> None:
    given(Subscription).when(subscriptions.subscribe, MADE).then(MADE)


def test_another_one_under_the_same_id_is_refused() -> None:
    weekly = replace(MADE, digest=Digest.WEEKLY)
    given(Subscription, MADE).when(subscriptions.subscribe, weekly).refused("subscription.exists")


def test_a_subscription_rests_and_goes_on() -> None:
    given(Subscription, MADE).when(subscriptions.pause).then(PAUSED)
    given(Subscription, MADE, PAUSED).when(subscriptions.resume).then(RESUMED)


def test_what_rests_rests_and_what_tells_tells_already() -> None:
    given(Subscription, MADE, PAUSED).when(subscriptions.pause).ignored()
    given(Subscription, MADE).when(subscriptions.resume).ignored()


def test_a_subscription_ends_once_and_for_good() -> None:
    given(Subscription, MADE).when(subscriptions.end).then(ENDED)
    given(Subscription, MADE, ENDED).when(subscriptions.pause).refused("subscription.ended")
    given(Subscription, MADE, PAUSED, ENDED).when(subscriptions.resume).refused("subscription.ended")


def test_only_what_was_made_and_neither_rests_nor_has_ended_tells() -> None:
    told = [seen(Subscription, *facts).tells for facts in ((), (MADE,), (MADE, PAUSED), (MADE, PAUSED, RESUMED))]
    assert told == [False, True, False, True]
    assert not seen(Subscription, MADE, ENDED).tells


def test_a_silence_begins_and_is_ended_before_its_time() -> None:
    given(Silence).when(silences.silence, BEGUN).then(BEGUN)
    given(Silence, BEGUN).when(silences.end).then(SilenceEnded())
    given(Silence, BEGUN, SilenceEnded()).when(silences.end).ignored()


def test_another_silence_under_the_same_id_is_refused() -> None:
    longer = replace(BEGUN, until=datetime(2026, 3, 10, tzinfo=UTC))
    given(Silence, BEGUN).when(silences.silence, longer).refused("silence.exists")
