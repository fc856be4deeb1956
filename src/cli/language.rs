//! The language of reports: as asked for, else as the locale says.

use std::env;

use crate::report::Language;

/// The option of a command whose words come in two languages.
#[derive(clap::Args, Debug)]
pub(super) struct Choice {
    #[arg(
        long,
        value_enum,
        value_name = "LANGUAGE",
        help = "Language of the report; without it LC_ALL, LC_MESSAGES or LANG decide"
    )]
    lang: Option<Offered>,
}

#[derive(Clone, Copy, Debug, clap::ValueEnum)]
enum Offered {
    En,
    Zh,
}

/// The option of a command that writes documents, which can be in both languages at once.
#[derive(clap::Args, Debug)]
pub(super) struct Several {
    #[arg(
        long,
        value_enum,
        value_name = "LANGUAGE",
        help = "Language of the report, or both; without it LC_ALL, LC_MESSAGES or LANG decide"
    )]
    lang: Option<OfferedSeveral>,
}

#[derive(Clone, Copy, Debug, clap::ValueEnum)]
enum OfferedSeveral {
    En,
    Zh,
    Both,
}

impl Several {
    /// The language of what is said in one: the first of those asked for.
    pub(super) fn first(&self) -> Language {
        self.languages().first().copied().unwrap_or(Language::En)
    }

    /// The languages asked for, Chinese first when it is both; else the locale's.
    pub(super) fn languages(&self) -> &'static [Language] {
        let language = match self.lang {
            Some(OfferedSeveral::Both) => return &[Language::Zh, Language::En],
            Some(OfferedSeveral::En) => Language::En,
            Some(OfferedSeveral::Zh) => Language::Zh,
            None => of_environment(),
        };
        match language {
            Language::En => &[Language::En],
            Language::Zh => &[Language::Zh],
        }
    }
}

impl Choice {
    /// The language asked for, or the locale's, or English.
    pub(super) fn language(&self) -> Language {
        match self.lang {
            Some(Offered::En) => Language::En,
            Some(Offered::Zh) => Language::Zh,
            None => of_environment(),
        }
    }
}

fn of_environment() -> Language {
    of_locale(|name| env::var(name).ok())
}

/// POSIX: the first of these that is set and not empty decides.
fn of_locale(variable: impl Fn(&str) -> Option<String>) -> Language {
    let locale = ["LC_ALL", "LC_MESSAGES", "LANG"].into_iter().filter_map(variable).find(|locale| !locale.is_empty());
    match locale {
        Some(locale) if locale.starts_with("zh") => Language::Zh,
        _ => Language::En,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_variable_that_says_something_decides() {
        let with = |set: &'static [(&str, &str)]| {
            of_locale(|name| set.iter().find(|(key, _)| *key == name).map(|(_, value)| (*value).to_owned()))
        };
        assert_eq!(with(&[]), Language::En);
        assert_eq!(with(&[("LANG", "zh_CN.UTF-8")]), Language::Zh);
        assert_eq!(with(&[("LC_ALL", "C"), ("LANG", "zh_CN.UTF-8")]), Language::En);
        assert_eq!(with(&[("LC_ALL", ""), ("LC_MESSAGES", "zh_TW"), ("LANG", "en_US")]), Language::Zh);
    }
}
