//! Times of the week in a zone.

use jiff::Timestamp;
use jiff::tz::TimeZone;
use meshc_snapshot::slice::Hours;

use crate::ids::UnixSeconds;

/// Hours of some days, ready to be asked.
#[derive(Clone, Debug)]
pub(crate) struct Schedule {
    /// A bit for each day, Monday lowest.
    days: u8,
    from: u16,
    to: u16,
    zone: TimeZone,
}

impl Schedule {
    /// # Errors
    /// What the slice says wrong.
    pub(crate) fn new(hours: &Hours) -> Result<Self, String> {
        let Hours { days, from, to, zone } = hours;
        if *from >= *to || *to > 1_440 {
            return Err(format!("the hours from minute {from} to minute {to} are none"));
        }
        let mut bits = 0_u8;
        for day in days {
            if !(1..=7).contains(day) {
                return Err(format!("{day} is no day of the week"));
            }
            bits |= 1 << (day - 1);
        }
        let zone = TimeZone::posix(zone).map_err(|_| format!("`{zone}` is no rule of a zone"))?;
        Ok(Self { days: bits, from: *from, to: *to, zone })
    }

    /// Whether `now` lies in it; nothing for an instant that no calendar has.
    pub(crate) fn holds(&self, now: UnixSeconds) -> Option<bool> {
        let there = self.zone.to_datetime(Timestamp::from_second(now.0).ok()?);
        let day = there.weekday().to_monday_zero_offset();
        let minute =
            u16::try_from(i32::from(there.hour()) * 60 + i32::from(there.minute())).ok()?;
        Some(self.days >> day & 1 == 1 && (self.from..self.to).contains(&minute))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hours(from: u16, to: u16, days: &[u8]) -> Hours {
        let zone = "CET-1CEST,M3.5.0,M10.5.0/3".to_owned();
        Hours { days: days.to_vec(), from, to, zone }
    }

    fn at(hours: &Hours, instant: &str) -> bool {
        let instant: Timestamp = instant.parse().unwrap();
        Schedule::new(hours).unwrap().holds(UnixSeconds(instant.as_second())).unwrap()
    }

    #[test]
    fn the_zone_and_its_summer_are_kept_and_the_end_is_excluded() {
        let office = hours(9 * 60, 17 * 60, &[1, 2, 3, 4, 5]);
        for (instant, wanted) in [
            ("2026-01-05T08:00:00Z", true),
            ("2026-01-05T07:59:59Z", false),
            ("2026-01-05T15:59:59Z", true),
            ("2026-01-05T16:00:00Z", false),
            ("2026-07-06T07:00:00Z", true),
            ("2026-07-06T15:00:00Z", false),
            ("2026-01-04T10:00:00Z", false),
            ("2026-01-03T10:00:00Z", false),
        ] {
            assert_eq!(at(&office, instant), wanted, "{instant}");
        }
        let sunday_late = hours(23 * 60, 1_440, &[7]);
        assert!(at(&sunday_late, "2026-01-04T22:30:00Z"));
        assert!(!at(&sunday_late, "2026-01-04T23:00:00Z"));
    }

    #[test]
    fn what_is_no_schedule_is_refused() {
        assert!(Schedule::new(&hours(60, 60, &[1])).is_err());
        assert!(Schedule::new(&hours(0, 1_441, &[1])).is_err());
        assert!(Schedule::new(&hours(0, 60, &[8])).is_err());
        let wrong = Hours { zone: "Mars/Olympus".into(), ..hours(0, 60, &[1]) };
        assert!(Schedule::new(&wrong).is_err());
        assert_eq!(Schedule::new(&hours(0, 60, &[1])).unwrap().holds(UnixSeconds(i64::MAX)), None);
    }
}
