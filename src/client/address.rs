//! Where a ledger is: an `http://` or `https://` address, checked as it is typed.

use std::fmt;
use std::net::IpAddr;
use std::str::FromStr;

use ureq::http::Uri;

/// A ledger's address, without a slash at its end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Address {
    text: String,
    secure: bool,
    loopback: bool,
}

/// Why text is no address of a ledger.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{text:?} is not the address of a ledger: {why}")]
pub struct AddressError {
    text: String,
    why: &'static str,
}

impl Address {
    /// The address as text, to put a path behind.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// True when it leads to this machine only.
    #[must_use]
    pub fn is_loopback(&self) -> bool {
        self.loopback
    }

    /// True when others on the way can read and change what is sent: plain HTTP to another machine.
    #[must_use]
    pub fn is_exposed(&self) -> bool {
        !self.secure && !self.loopback
    }
}

impl FromStr for Address {
    type Err = AddressError;

    fn from_str(text: &str) -> Result<Self, AddressError> {
        let refuse = |why| Err(AddressError { text: text.to_owned(), why });
        let secure = match text.split_once("://") {
            Some(("https", _)) => true,
            Some(("http", _)) => false,
            _ => return refuse("it does not begin with http:// or https://"),
        };
        let text = text.trim_end_matches('/');
        if !text.contains("://") {
            return refuse("it names no host");
        }
        let Ok(uri) = text.parse::<Uri>() else { return refuse("it is not a URL") };
        let Some(authority) = uri.authority() else { return refuse("it names no host") };
        if authority.as_str().contains('@') {
            return refuse("it holds a user name");
        }
        if uri.query().is_some() || text.contains('#') {
            return refuse("it goes on after the path");
        }
        if authority.host().is_empty() {
            return refuse("it names no host");
        }
        let after_host = &authority.as_str()[authority.host().len()..];
        if !after_host.is_empty() && authority.port_u16().is_none_or(|port| port == 0) {
            return refuse("the port is not a number from 1 to 65535");
        }
        Ok(Self { text: text.to_owned(), secure, loopback: is_loopback(authority.host()) })
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

fn is_loopback(host: &str) -> bool {
    let bare = host.trim_start_matches('[').trim_end_matches(']');
    host.eq_ignore_ascii_case("localhost") || bare.parse::<IpAddr>().is_ok_and(|ip| ip.is_loopback())
}
