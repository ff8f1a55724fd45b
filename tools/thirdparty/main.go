// Command thirdparty writes the .proto files that our contract imports from
// other projects. They are printed from the descriptors linked into the Go
// packages that the generated code will use, so that text and code can never
// be of two versions. It must not be given files of our own.
//
//	thirdparty FOLDER
package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/jhump/protoreflect/v2/protoprint"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/reflect/protoregistry"

	_ "github.com/grpc-ecosystem/grpc-gateway/v2/protoc-gen-openapiv2/options"
	_ "github.com/grpc-ecosystem/grpc-gateway/v2/protoc-gen-openapiv3/options"
	_ "google.golang.org/genproto/googleapis/api/annotations"
	_ "google.golang.org/genproto/googleapis/api/httpbody"
	_ "google.golang.org/genproto/googleapis/rpc/code"
	_ "google.golang.org/genproto/googleapis/rpc/errdetails"
	_ "google.golang.org/genproto/googleapis/rpc/status"
	_ "google.golang.org/genproto/googleapis/type/date"
)

// wanted lists the folders to print; everything else that is linked in
// (google/protobuf, which buf brings itself) is left out.
var wanted = []string{"google/api/", "google/rpc/", "google/type/", "protoc-gen-openapiv2/", "protoc-gen-openapiv3/"}

func main() {
	if len(os.Args) != 2 {
		fmt.Fprintln(os.Stderr, "usage: thirdparty FOLDER")
		os.Exit(2)
	}
	if err := write(os.Args[1]); err != nil {
		fmt.Fprintln(os.Stderr, "thirdparty:", err)
		os.Exit(1)
	}
}

// write prints every wanted file below dir.
func write(dir string) error {
	printer := protoprint.Printer{Indent: "  ", ForceFullyQualifiedNames: true}
	var failed error
	protoregistry.GlobalFiles.RangeFiles(func(fd protoreflect.FileDescriptor) bool {
		if !isWanted(fd.Path()) {
			return true
		}
		failed = writeFile(&printer, dir, fd)
		return failed == nil
	})
	return failed
}

func isWanted(path string) bool {
	for _, prefix := range wanted {
		if strings.HasPrefix(path, prefix) {
			return true
		}
	}
	return false
}

func writeFile(printer *protoprint.Printer, dir string, fd protoreflect.FileDescriptor) error {
	text, err := printer.PrintProtoToString(fd)
	if err != nil {
		return fmt.Errorf("%s: %w", fd.Path(), err)
	}
	target := filepath.Join(dir, filepath.FromSlash(fd.Path()))
	if err := os.MkdirAll(filepath.Dir(target), 0o755); err != nil {
		return err
	}
	return os.WriteFile(target, []byte(text), 0o644)
}
