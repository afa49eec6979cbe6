"""Addresses: which URL is a plain one, and what a name may lead to. Nothing is called here."""

from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address
from urllib.parse import SplitResult, unquote, urlsplit

NOT_AN_ADDRESS = "the address of the FHIR server is not a plain http(s) URL"
LOOPBACK_NAMES = frozenset({"localhost", "localhost."})
# Where clouds answer with credentials, outside the link-local range that is refused anyway
METADATA = frozenset({"100.100.100.200", "fd00:ec2::254", "192.0.0.192"})

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network


def peer_is_allowed(host: str, peer: str, networks: tuple[Network, ...]) -> bool:
    """Whether an address that a name led to may be talked to.

    networks: the operator's, which then decide alone. Without them private addresses are fine (a hospital's servers
    have such), this machine only where it was asked for by its own name, and never what is no server's address.
    """
    address = _plain(ip_address(peer.partition("%")[0]))
    if networks:
        return any(address in network for network in networks)
    if address.is_loopback:
        return is_loopback(host)
    unusable = address.is_link_local or address.is_multicast or address.is_unspecified or address.is_reserved
    return not unusable and str(address) not in METADATA


def _plain(address: Address) -> Address:
    return (address.ipv4_mapped or address) if isinstance(address, IPv6Address) else address


def is_loopback(host: str) -> bool:
    """A name or an address that means this machine and nothing else."""
    try:
        return _plain(ip_address(host.strip("[]"))).is_loopback
    except ValueError:
        return host.lower() in LOOPBACK_NAMES


def plain_address(address: str) -> SplitResult | None:
    """The parts of a URL that no two parsers read differently; None where it is not such a one."""
    plain = address.isascii() and address.isprintable() and not set(' \\"<>^`{}') & set(address)
    try:
        url = urlsplit(address)
        if not plain or url.scheme not in ("http", "https") or not origin(url)[1]:
            return None
    except ValueError:
        return None
    if "@" in url.netloc or url.fragment or {".", ".."} & set(unquote(url.path).replace("\\", "/").split("/")):
        return None
    return url


def origin(url: SplitResult) -> tuple[str, str, int]:
    """ValueError where the port is no number."""
    port = url.port or (443 if url.scheme == "https" else 80)
    return url.scheme, (url.hostname or "").rstrip("."), port
