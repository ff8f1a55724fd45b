package immunization

import "xinju.dev/services/platform/recordintake"

// Imports lets tests run the import of files alone.
func (s *Service) Imports() *recordintake.Import { return s.imports }
