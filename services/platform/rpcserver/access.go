package rpcserver

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	typev1 "xinju.dev/api/gen/xinju/type/v1"

	"google.golang.org/grpc"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/reflect/protoregistry"
)

// errNoAccess stops a server from starting: a method nobody wrote a rule for
// would be open to everyone once rules are enforced, or to no one.
var errNoAccess = errors.New("has no access rule (option xinju.type.v1.access with at least one role and a subject)")

// checkAccess requires an access rule of every method of the suite's own services.
func checkAccess(services map[string]grpc.ServiceInfo) error {
	var errs []error
	for _, name := range slices.Sorted(maps.Keys(services)) {
		if !strings.HasPrefix(name, "xinju.") {
			continue
		}
		d, err := protoregistry.GlobalFiles.FindDescriptorByName(protoreflect.FullName(name))
		service, ok := d.(protoreflect.ServiceDescriptor)
		if err != nil || !ok {
			errs = append(errs, fmt.Errorf("service %s: its descriptor is not linked into the program", name))
			continue
		}
		for _, m := range services[name].Methods {
			if !hasRule(service.Methods().ByName(protoreflect.Name(m.Name))) {
				errs = append(errs, fmt.Errorf("method %s.%s %w", name, m.Name, errNoAccess))
			}
		}
	}
	return errors.Join(errs...)
}

func hasRule(m protoreflect.MethodDescriptor) bool {
	if m == nil {
		return false
	}
	rule, ok := proto.GetExtension(m.Options(), typev1.E_Access).(*typev1.Access)
	return ok && len(rule.GetRoles()) > 0 && rule.GetSubject() != typev1.Subject_SUBJECT_UNSPECIFIED
}
