package config

import (
	"errors"
	"strings"
)

// ErrArgs says that a command line is not "[command] [--setting value …]". It
// does not quote the word: it may be a password.
var ErrArgs = errors.New("flags are written --name value or --name=value")

// Args reads the command line of a program without the program's name:
// "[command] [--name value | --name=value]…". The command is serve when there is
// none, and help for -h or --help; --config names the settings file.
func Args(args []string) (command string, src Source, err error) {
	command, src.Flags = "serve", map[string]string{}
	if len(args) > 0 && !strings.HasPrefix(args[0], "-") {
		command, args = args[0], args[1:]
	}
	for len(args) > 0 {
		name, ok := strings.CutPrefix(args[0], "--")
		if args[0] == "-h" || name == "help" {
			return "help", src, nil
		}
		name, text, joined := strings.Cut(name, "=")
		args = args[1:]
		if !ok || name == "" || !joined && len(args) == 0 {
			return "", src, ErrArgs
		}
		if !joined {
			text, args = args[0], args[1:]
		}
		if name == "config" {
			src.File = text
			continue
		}
		src.Flags[name] = text
	}
	return command, src, nil
}
