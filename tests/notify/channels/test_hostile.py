"""What a webhook is never sent to, however its address is spelt, and what an operator may let be called besides."""

from ipaddress import ip_address, ip_network

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services import hostile
from services.hostile import Allowed, Hostile, refusal, target, usable

NOTHING = Allowed()
HERE = Allowed.read("127.0.0.0/8,http")

ADDRESSES = [
    "0.0.0.0", "0.1.2.3", "10.0.0.1", "10.255.255.255", "100.64.0.1", "100.100.100.200", "100.127.255.254",
    "127.0.0.1", "127.1.2.3", "168.63.129.16", "169.254.0.1", "169.254.169.254", "169.254.170.2", "172.16.0.1",
    "172.31.255.255", "192.0.0.1", "192.0.0.192", "192.0.0.170", "192.0.2.1", "192.31.196.1", "192.52.193.1",
    "192.88.99.1", "192.168.0.1", "192.175.48.1", "198.18.0.1", "198.19.255.255", "198.51.100.7", "203.0.113.9",
    "224.0.0.1", "239.255.255.250", "240.0.0.1", "255.255.255.255",
    "::", "::1", "::7f00:1", "::127.0.0.1", "::ffff:127.0.0.1", "::ffff:169.254.169.254", "::ffff:8.8.8.8",
    "::ffff:0:127.0.0.1", "64:ff9b::7f00:1", "64:ff9b::169.254.169.254", "64:ff9b:1::1", "100::1", "2001::1",
    "2001:0:4136:e378:8000:63bf:3fff:fdd2", "2001:2::1", "2001:10::1", "2001:20::1", "2001:db8::1", "2002:7f00:1::",
    "2002:a9fe:a9fe::1", "2620:4f:8000::1", "3ffe::1", "3fff::1", "5f00::1", "fc00::1", "fd00::1", "fd00:ec2::254",
    "fe80::1", "febf::1", "fec0::1", "ff02::1", "ff0e::1", "4000::1",
]  # fmt: skip
"""Loopback, private, link-local, carriers', protocols', documentation's, multicast, reserved, the metadata of clouds,
and all ways in which an address of IPv6 means one of IPv4."""

URLS = [
    "http://hooks.example.vn/", "ftp://hooks.example.vn/", "file:///etc/passwd", "gopher://hooks.example.vn/",
    "javascript:alert(1)", "//hooks.example.vn/", "hooks.example.vn", "https://", "https:///x", "https:a.vn",
    "https://user@hooks.example.vn/", "https://user:pw@hooks.example.vn/", "https://hooks.example.vn@127.0.0.1/",
    "https://127.0.0.1#@hooks.example.vn/", "https://hooks.example.vn/#part", "https://hooks.example.vn\\@127.0.0.1/",
    "https://hooks.example.vn /", "https://hooks.example.vn/a b", "https://hooks.example.vn/\r\nHost: x", "\thttps://a.vn/",
    "https://hooks.example.vn./", "https://127.0.0.1./", "https://localhost./", "https://hooks.example.vn。/",
    "https://0177.0.0.1/", "https://0x7f.0.0.1/", "https://0x7f000001/", "https://2130706433/", "https://017700000001/",
    "https://127.1/", "https://127.0.1/", "https://0/", "https://1.2.3.4.5/", "https://256.1.1.1/", "https://1.1.1.0x1/",
    "https://127.0.0.01/", "https://１２７.0.0.1/", "https://127。0。0。1/", "https://①②⑦.0.0.1/", "https://foo.0x/",
    "https://%31%32%37.0.0.1/", "https://hooks.example.vn%2f@127.0.0.1/", "https://[::1]/", "https://[::ffff:7f00:1]/",
    "https://[fe80::1%25eth0]/", "https://[fe80::1%eth0]/", "https://[v1.fe80::1]/", "https://::1/", "https://[::1/",
    "https://[1::2::3]/", "https://hooks.example.vn:22/", "https://hooks.example.vn:25/", "https://hooks.example.vn:6379/",
    "https://hooks.example.vn:0/", "https://hooks.example.vn:/", "https://hooks.example.vn:0443/",
    "https://hooks.example.vn:65536/", "https://hooks.example.vn:+443/", "https://hooks.example.vn:４４３/",
    "https://-a.example.vn/", "https://a..example.vn/", "https://a_b.example.vn/", "https://" + "a" * 64 + ".vn/",
    "https://a.example.vn/" + "x" * 2048, "https://a\x00.example.vn/", "https://a.example.vn/\x7f", "https://xn--a/",
]  # fmt: skip


@pytest.mark.parametrize("address", ADDRESSES)
def test_an_address_that_is_not_for_all_is_not_called(address: str) -> None:
    assert refusal(ip_address(address), 443, NOTHING)
    with pytest.raises(Hostile):
        usable([address], 443, NOTHING)
    with pytest.raises(Hostile):
        target(f"https://[{address}]/" if ":" in address else f"https://{address}/", NOTHING)


@pytest.mark.parametrize("url", URLS)
def test_a_url_that_two_programs_could_read_differently_is_not_called(url: str) -> None:
    with pytest.raises(Hostile):
        target(url, NOTHING)


@pytest.mark.parametrize("url", [url for url in URLS if not url.startswith("http:")])
def test_nor_is_it_where_an_operator_lets_other_networks_and_http_be_called(url: str) -> None:
    """Unusual ports apart, which are for the addresses of the name to decide."""
    if url.endswith((":22/", ":25/", ":6379/")):
        return
    with pytest.raises(Hostile):
        target(url, Allowed.read("192.168.7.0/24,http"))


@pytest.mark.parametrize(
    ("url", "called"),
    [
        ("https://hooks.example.vn", "https://hooks.example.vn/"),
        ("HTTPS://Hooks.Example.VN:443/a?b=c", "https://hooks.example.vn/a?b=c"),
        ("https://hooks.example.vn:8443/a%20b", "https://hooks.example.vn:8443/a%20b"),
        ("https://hooks.example.vn?x=1", "https://hooks.example.vn/?x=1"),
        ("https://đảng-ủy.example.vn/", "https://xn--ng-y-yqa9g1m6m.example.vn/"),
        ("https://8.8.8.8/", "https://8.8.8.8/"),
        ("https://[2606:4700:0:0::1111]/", "https://[2606:4700::1111]/"),
    ],
)
def test_what_may_be_called_is_called_in_one_spelling(url: str, called: str) -> None:
    if "đ" in url:
        called = "https://" + "đảng-ủy.example.vn".encode("idna").decode() + "/"
    found = target(url, NOTHING)
    assert found.url == called
    assert target(found.url, NOTHING) == found


def test_an_operator_names_networks_and_http_and_there_any_port_is_called() -> None:
    assert target("http://127.0.0.1:4321/hook", HERE).port == 4321
    assert target("http://receiver.test:4321/", HERE).address is None
    assert usable(["127.0.0.1"], 4321, HERE) == [ip_address("127.0.0.1")]
    with pytest.raises(Hostile):
        usable(["8.8.8.8"], 4321, HERE)
    with pytest.raises(Hostile):
        target("http://10.0.0.1/", HERE)
    with pytest.raises(Hostile):
        target("http://127.0.0.1:4321/", Allowed.read("127.0.0.0/8"))


def test_of_a_names_addresses_those_that_may_be_called_are_used_in_their_order() -> None:
    found = usable(["127.0.0.1", "8.8.8.8", "::1", "2606:4700::1111"], 443, NOTHING)
    assert [str(address) for address in found] == ["8.8.8.8", "2606:4700::1111"]


@pytest.mark.parametrize("said", ["127.0.0.1/8", "localhost", "https", "10.0.0.0/33", "http;127.0.0.0/8"])
def test_what_is_neither_a_network_nor_http_is_named(said: str) -> None:
    with pytest.raises(ValueError, match="is neither a network"):
        Allowed.read(said)


@given(st.ip_addresses())
@settings(max_examples=200)
def test_no_address_is_called_that_a_denied_network_holds(address: object) -> None:
    found = ip_address(str(address))
    denied = any(found in ip_network(one.network) for one in hostile._table().networks)
    assert (refusal(found, 443, NOTHING) is None) <= (not denied)
    assert (refusal(found, 443, NOTHING) is None) <= (found.version == 4 or found in ip_network("2000::/3"))


@given(st.text(max_size=60))
@settings(max_examples=200)
def test_any_text_is_refused_or_called_in_the_one_spelling(text: str) -> None:
    for url in (text, f"https://{text}", f"https://a.vn/{text}"):
        try:
            found = target(url, NOTHING)
        except Hostile:
            continue
        assert found.url.isascii()
        assert target(found.url, NOTHING) == found


def test_a_refusal_says_what_to_do() -> None:
    assert "CAUNOI_WEBHOOK_ALLOW" in str(refusal(ip_address("10.0.0.1"), 443, NOTHING))
    assert "private" in str(refusal(ip_address("10.0.0.1"), 443, NOTHING))
    with pytest.raises(Hostile, match="CAUNOI_WEBHOOK_ALLOW"):
        target("http://hooks.example.vn/", NOTHING)
