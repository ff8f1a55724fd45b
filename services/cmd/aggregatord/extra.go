package main

import (
	"errors"
	"maps"
	"strings"
)

// extra is sources beyond the five services, by name, and where each is.
type extra map[string]string

var errExtra = errors.New("feeds.extra: write name=address, separated by commas, each name once and none of the five services")

// UnmarshalText reads name=address,….
func (e *extra) UnmarshalText(text []byte) error {
	*e = extra{}
	for one := range strings.SplitSeq(string(text), ",") {
		if one = strings.TrimSpace(one); one == "" {
			continue
		}
		name, address, ok := strings.Cut(one, "=")
		name, address = strings.TrimSpace(name), strings.TrimSpace(address)
		if _, twice := (*e)[name]; !ok || twice || name == "" || address == "" {
			return errExtra
		}
		(*e)[name] = address
	}
	return nil
}

// addTo adds them to the sources there are.
func (e extra) addTo(addresses map[string]string) error {
	for name := range e {
		if _, taken := addresses[name]; taken {
			return errExtra
		}
	}
	maps.Copy(addresses, e)
	return nil
}
