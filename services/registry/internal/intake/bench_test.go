package intake

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"testing"
	"time"

	"xinju.dev/services/platform/intake"
	"xinju.dev/services/platform/intake/rows"
	"xinju.dev/services/platform/rowfile"
)

// BenchmarkRows measures decoding, splitting and mapping alone.
func BenchmarkRows(b *testing.B) {
	for _, enc := range []rowfile.Encoding{rowfile.GB18030, rowfile.UTF8} {
		b.Run(string(enc), func(b *testing.B) {
			var file bytes.Buffer
			const count = 20_000
			for i := range count {
				file.Write(enc.AppendEncoded(nil, fmt.Sprintf("E%d,居住登记,20250301,居民身份证,990101199006300058,王小明,男,1990-06-30,汉族,360103,,990101001001,幸福路%d号３栋２单元,2025/2/27,务工,13800000000,新居制衣有限公司,已婚,,,2025-03-01 09:00:00,,\r\n", i, i)))
			}
			l := layoutOf(b, enc, fullHeader)
			b.SetBytes(int64(file.Len()))
			b.ReportAllocs()
			for b.Loop() {
				m, err := Residence{}.Mapper(intake.Source{Sender: "ga", Received: time.Date(2025, 6, 30, 0, 0, 0, 0, time.UTC)}, l)
				if err != nil {
					b.Fatal(err)
				}
				records, err := rows.Files{}.Records(l, bytes.NewReader(file.Bytes()), l.Start)
				if err != nil {
					b.Fatal(err)
				}
				n := 0
				for ; ; n++ {
					rec, err := records.Next()
					if errors.Is(err, io.EOF) {
						break
					}
					var row intake.Row
					if m.Map(rec, &row); err != nil || row.Fault != nil {
						b.Fatal(err, row.Fault)
					}
				}
				if n != count {
					b.Fatal(n)
				}
			}
			b.ReportMetric(float64(count)*float64(b.N)/b.Elapsed().Seconds(), "rows/s")
		})
	}
}
