package store

// ArchiveRow is the row of a health archive, for what handles its store without
// looking into it.
type ArchiveRow = archiveRow
