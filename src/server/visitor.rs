//! Whose request it is: the address on the other side of the connection, or what a trusted proxy says of it.
//!
//! `X-Forwarded-For` is believed only if the connection comes from a proxy that the operator has named, and then from its right end: what
//! stands to the left of the first address that is no such proxy anybody could have written.

use std::net::{IpAddr, Ipv6Addr};
use std::time::Instant;

use axum::http::HeaderMap;

use super::limits::Limits;
use super::rates::{Buckets, too_soon};
use super::refusal::Refusal;

/// Proxies that can be named.
pub const MAX_PROXIES: usize = 4;

/// The address on the other side of a connection.
#[derive(Clone, Copy)]
pub(super) struct Peer(pub(super) IpAddr);

/// The limit on each address.
#[derive(Clone)]
pub(super) struct Addresses {
    buckets: Buckets<IpAddr>,
    proxies: [Option<IpAddr>; MAX_PROXIES],
}

impl Addresses {
    /// None when there is no limit.
    pub(super) fn new(limits: &Limits) -> Option<Self> {
        let buckets = Buckets::new(limits.per_address?);
        Some(Self { buckets, proxies: limits.trusted_proxies.map(|proxy| proxy.map(|proxy| proxy.to_canonical())) })
    }

    /// Takes a request, or says when the next may come.
    pub(super) fn admit(&self, peer: Peer, headers: &HeaderMap) -> Result<(), Refusal> {
        let taken = self.buckets.take(network(self.visitor(peer, headers)), Instant::now());
        taken.map_err(|wait| too_soon("this address", wait))
    }

    fn is_proxy(&self, address: IpAddr) -> bool {
        self.proxies.contains(&Some(address))
    }

    /// The address that a request comes from.
    fn visitor(&self, Peer(peer): Peer, headers: &HeaderMap) -> IpAddr {
        let mut visitor = peer.to_canonical();
        let named = headers.get_all("x-forwarded-for").iter().rev().flat_map(|value| {
            // A value that is no text names nobody.
            value.to_str().unwrap_or_default().rsplit(',').map(str::trim)
        });
        for name in named {
            if !self.is_proxy(visitor) {
                break;
            }
            let Ok(address) = name.parse::<IpAddr>() else { break };
            visitor = address.to_canonical();
        }
        visitor
    }
}

/// One household has one IPv4 address, but 2^64 of IPv6: those count as one.
fn network(address: IpAddr) -> IpAddr {
    match address {
        IpAddr::V4(_) => address,
        IpAddr::V6(address) => IpAddr::V6(Ipv6Addr::from_bits(address.to_bits() & !u128::from(u64::MAX))),
    }
}

#[cfg(test)]
mod tests {
    use super::super::rates::Rate;
    use super::*;

    fn ip(text: &str) -> IpAddr {
        text.parse().unwrap()
    }

    fn visitor(proxies: &[&str], peer: &str, forwarded: &[&str]) -> IpAddr {
        let mut trusted_proxies = [None; MAX_PROXIES];
        for (at, proxy) in proxies.iter().enumerate() {
            trusted_proxies[at] = Some(ip(proxy));
        }
        let rate = Rate { per_second: 1, burst: 1 };
        let addresses =
            Addresses::new(&Limits { per_address: Some(rate), trusted_proxies, ..Limits::default() }).unwrap();
        let mut headers = HeaderMap::new();
        for value in forwarded {
            headers.append("x-forwarded-for", value.parse().unwrap());
        }
        addresses.visitor(Peer(ip(peer)), &headers)
    }

    #[test]
    fn only_a_proxy_that_was_named_is_believed() {
        assert_eq!(visitor(&[], "10.0.0.1", &["1.2.3.4"]), ip("10.0.0.1"));
        assert_eq!(visitor(&["10.0.0.9"], "10.0.0.1", &["1.2.3.4"]), ip("10.0.0.1"));
        assert_eq!(visitor(&["10.0.0.1"], "10.0.0.1", &["1.2.3.4"]), ip("1.2.3.4"));
        assert_eq!(visitor(&["10.0.0.1"], "::ffff:10.0.0.1", &["2001:db8::7"]), ip("2001:db8::7"));
        assert_eq!(visitor(&["10.0.0.1"], "10.0.0.1", &[]), ip("10.0.0.1"));
    }

    #[test]
    fn what_stands_left_of_the_last_stranger_is_not_believed() {
        let proxies = ["10.0.0.1", "10.0.0.2"];
        assert_eq!(visitor(&proxies, "10.0.0.1", &["6.6.6.6, 1.2.3.4"]), ip("1.2.3.4"));
        assert_eq!(visitor(&proxies, "10.0.0.1", &["6.6.6.6, 1.2.3.4, 10.0.0.2"]), ip("1.2.3.4"));
        assert_eq!(visitor(&proxies, "10.0.0.1", &["6.6.6.6", "1.2.3.4,10.0.0.2"]), ip("1.2.3.4"));
        assert_eq!(visitor(&proxies, "10.0.0.1", &["1.2.3.4, unknown"]), ip("10.0.0.1"));
        assert_eq!(visitor(&proxies, "10.0.0.1", &["unknown, 10.0.0.2"]), ip("10.0.0.2"));
    }

    #[test]
    fn an_ipv6_network_counts_as_one() {
        assert_eq!(network(ip("2001:db8:1:2:3:4:5:6")), network(ip("2001:db8:1:2::9")));
        assert_ne!(network(ip("2001:db8:1:2::9")), network(ip("2001:db8:1:3::9")));
        assert_ne!(network(ip("1.2.3.4")), network(ip("1.2.3.5")));
    }
}
