// Package interop holds Notarium's ledgers and its verifier against programs and test suites that others wrote.
package interop
