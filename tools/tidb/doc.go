// Package tidb checks, in its test, that migrations and statements of the suite
// are SQL that TiDB parses and that none uses what TiDB takes but does not do.
// TiDB itself is not run. It is a module of its own because the parser is heavy.
package tidb
