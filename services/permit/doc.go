// Package permit knows what a place makes of residence permits (居住证): when the
// yearly endorsement (签注) is due, what a late one costs, and so on which days
// the functions of a permit hold and since when its years are counted.
//
// It is pure: no clock, no storage, no notion of who holds the permit. What
// differs from place to place is data (data/rules.yaml), each rule with its
// source and how sure it is. Two services judge permits and must judge alike:
// the registry, which answers about one permit, and the aggregator, whose packs
// make a permit a condition.
//
// How the days are reckoned:
//
//   - An endorsement is due every so many months from the day of issue, months
//     clamped to the month's end (民法典 art. 202): issued on 29 February, due on
//     28 February of a common year and on the 29th of a leap year. The due day is
//     the first day of suspension, the day before it the last of the window
//     (issued 2021-01-01: window until 2021-12-31, suspended from 2022-01-01). An
//     endorsement on the due day itself leaves no day of suspension and is in time.
//   - The day of suspension is not counted in a grace or limit (art. 201):
//     suspended from 2026-03-11, 30 days of grace end with 2026-04-10.
//   - These are deadlines for acts: with a calendar of rest days (Rule.Rest) a
//     last day that is one moves to the next working day (art. 203): of the window,
//     of a grace and of a limit, never its first day. Without a calendar no day
//     moves. In a year whose holidays are not announced yet the calendar has what
//     the law alone says, or weekends alone: the days are then as good as that, and
//     a Standing names it (Basis).
package permit
