// Package archtest holds the repository to its architecture: which package may
// depend on which, and which calls are not used here. It has tests only; it must
// not know what any package does.
package archtest
