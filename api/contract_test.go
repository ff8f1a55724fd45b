package api_test

import (
	"io/fs"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/reflect/protoregistry"

	_ "xinju.dev/api/gen"
)

// ours returns the descriptors of the contract, by path.
func ours() []protoreflect.FileDescriptor {
	var files []protoreflect.FileDescriptor
	protoregistry.GlobalFiles.RangeFiles(func(fd protoreflect.FileDescriptor) bool {
		if isOurs(fd) {
			files = append(files, fd)
		}
		return true
	})
	slices.SortFunc(files, func(a, b protoreflect.FileDescriptor) int { return strings.Compare(a.Path(), b.Path()) })
	return files
}

func TestEveryProtoFileIsLinkedIntoGen(t *testing.T) {
	linked := map[string]bool{}
	for _, fd := range ours() {
		linked[fd.Path()] = true
	}
	onDisk := 0
	err := filepath.WalkDir("proto", func(path string, e fs.DirEntry, err error) error {
		if err != nil || filepath.Ext(path) != ".proto" {
			return err
		}
		onDisk++
		name := strings.TrimPrefix(filepath.ToSlash(path), "proto/")
		if !linked[name] {
			t.Errorf("%s has no generated code: run make proto", name)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if onDisk == 0 || onDisk != len(linked) {
		t.Errorf("%d files in proto, %d linked into gen: run make proto", onDisk, len(linked))
	}
}

// Every rule of the contract that buf cannot check, over every descriptor.
func TestContractKeepsItsRules(t *testing.T) {
	for _, fd := range ours() {
		t.Run(fd.Path(), func(t *testing.T) {
			for _, problem := range check(fd) {
				t.Error(problem)
			}
		})
	}
}
