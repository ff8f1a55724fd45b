package store

// Rows of the kinds, for what handles a store without looking into it.
type (
	DoseRow        = doseRow
	CertificateRow = certificateRow
)
