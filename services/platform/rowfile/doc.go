// Package rowfile reads and writes files of rows as people send them: separated
// values, fixed width by bytes, Excel workbooks, XML and JSON Lines, in GB18030,
// UTF-8 and UTF-16, with right or wrong labels, whole or damaged.
//
// Detect finds out how a file is written, NewReader gives its rows from any
// position, Decoder turns their cells into text, NewWriter gives rows back as the
// same kind of file with more columns. All of them take bounded memory whatever
// the file holds. The package knows nothing of what a row means: it never maps
// columns, never guesses a value, never repairs a name. What cannot be read for
// certain is a fault of the row (or of the file) with a reason of its own.
package rowfile
