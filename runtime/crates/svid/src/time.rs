use crate::der::{Der, GENERALIZED_TIME, UTC_TIME};

/// Reads a UTCTime or GeneralizedTime in the form RFC 5280, 4.1.2.5 demands; gives seconds since
/// 1970.
pub(crate) fn read(der: &mut Der<'_>) -> Option<i64> {
    let (tag, text) = der.value()?;
    let (century, rest) = match tag {
        UTC_TIME => {
            let year = two_digits(text)?;
            (if year >= 50 { 19 } else { 20 }, text)
        }
        GENERALIZED_TIME => (two_digits(text)?, text.get(2..)?),
        _ => return None,
    };
    if rest.len() != 13 || rest.last() != Some(&b'Z') {
        return None;
    }
    let part = |index: usize| two_digits(rest.get(index * 2..)?);
    let year = century * 100 + part(0)?;
    let days = days_since_1970(year, part(1)?, part(2)?)?;
    let (hour, minute, second) = (part(3)?, part(4)?, part(5)?);
    let sound = hour < 24 && minute < 60 && second < 60;
    sound.then_some(days * 86_400 + hour * 3_600 + minute * 60 + second)
}

fn two_digits(text: &[u8]) -> Option<i64> {
    match text {
        [tens @ b'0'..=b'9', ones @ b'0'..=b'9', ..] => {
            Some(i64::from(tens - b'0') * 10 + i64::from(ones - b'0'))
        }
        _ => None,
    }
}

/// Days of the proleptic Gregorian calendar; years 0 to 9999.
fn days_since_1970(year: i64, month: i64, day: i64) -> Option<i64> {
    let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let month_days = match month {
        4 | 6 | 9 | 11 => 30,
        2 if leap => 29,
        2 => 28,
        1..=12 => 31,
        _ => return None,
    };
    if !(1..=month_days).contains(&day) {
        return None;
    }
    // Counted from 1 March, so that the leap day is a year's last.
    let (year, month) = if month > 2 { (year, month - 3) } else { (year - 1, month + 9) };
    let leap_days = year.div_euclid(4) - year.div_euclid(100) + year.div_euclid(400);
    Some(year * 365 + leap_days + (month * 153 + 2) / 5 + day - 1 - 719_468)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(tag: u8, text: &str) -> Option<i64> {
        let mut bytes = vec![tag, text.len() as u8];
        bytes.extend(text.bytes());
        read(&mut Der::new(&bytes))
    }

    #[test]
    fn times_known_from_elsewhere() {
        assert_eq!(at(UTC_TIME, "700101000000Z"), Some(0));
        assert_eq!(at(UTC_TIME, "500101000000Z"), Some(-631_152_000));
        assert_eq!(at(UTC_TIME, "491231235959Z"), Some(2_524_607_999));
        assert_eq!(at(UTC_TIME, "000229120000Z"), Some(951_825_600));
        assert_eq!(at(GENERALIZED_TIME, "20501121080000Z"), Some(2_552_630_400));
        assert_eq!(at(GENERALIZED_TIME, "99991231235959Z"), Some(253_402_300_799));
    }

    #[test]
    fn other_forms_are_refused() {
        for (tag, text) in [
            (UTC_TIME, "700101000000"),
            (UTC_TIME, "700101000000+0000"),
            (UTC_TIME, "7001010000Z"),
            (UTC_TIME, "700229000000Z"),
            (UTC_TIME, "701301000000Z"),
            (UTC_TIME, "700100000000Z"),
            (UTC_TIME, "700101240000Z"),
            (UTC_TIME, "700101000060Z"),
            (UTC_TIME, "7x0101000000Z"),
            (UTC_TIME, ""),
            (GENERALIZED_TIME, "20500101000000.5Z"),
            (GENERALIZED_TIME, "2050010100000Z"),
            (0x0c, "700101000000Z"),
        ] {
            assert_eq!(at(tag, text), None, "{text}");
        }
    }
}
