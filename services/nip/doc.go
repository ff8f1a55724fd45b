// Package nip holds China's national immunization schedule (国家免疫规划) as
// effective-dated data and works out, from a child's birth date, sex and doses,
// what is complete, due and overdue on any date.
//
// Its one job is the routine forecast. It is pure: no clock, no database, no
// notion of residence or of who is entitled to what, because a child's forecast
// must not depend on eligibility. Doses dated after the as-of date are unknown
// to a forecast.
//
// The data are in data/: products.yaml, settings.yaml, guidance.yaml and one
// file per edition, each item with its source and how sure it is:
//
//	CN-NIP-2021   国卫疾控发〔2021〕10号, in force from 2021-03-01
//	CN-NIP-2025A  from 2025-01-01: five DTaP at 2, 4, 6, 18 months and 6 years
//	CN-NIP-2025B  from 2025-11-10: two doses of 2vHPV for girls of 13
//	CN-NIP-2026   国疾控卫免发〔2026〕16号, from 2026-06-17
//
// The rules of evaluation, each a setting or an item of data:
//
//   - "The age in the schedule is the minimum age." Months are calendar months,
//     clamped to the month's end (civil.AddMonths).
//   - A pending dose follows the edition in force on the as-of date, a given dose
//     is judged by the edition in force on its own date. A dose once counted
//     keeps its number.
//   - After a dose that does not count, the interval runs from the last that does.
//   - OVERDUE begins on the day `before` names, or one month after the earliest
//     day where the edition names none; never before the earliest day itself.
//   - 28 days between injected live vaccines move a forecast and void nothing.
//   - A complete series stays COMPLETE at any age; CLOSED is said only of a
//     series with doses missing.
//
// Catch-up by totals (DT), substitutions (combinations, conjugate meningococcal
// vaccines, inactivated alternatives) and spacing of live vaccines are data and
// evaluated; what data/guidance.yaml lists is data and not evaluated yet.
package nip
