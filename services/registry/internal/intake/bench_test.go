package intake

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"testing"
	"time"
)

// BenchmarkRows measures decoding, splitting and mapping alone.
func BenchmarkRows(b *testing.B) {
	for _, enc := range []Encoding{GB18030, UTF8} {
		b.Run(string(enc), func(b *testing.B) {
			var file bytes.Buffer
			const rows = 20_000
			for i := range rows {
				file.Write(enc.encode(fmt.Sprintf("E%d,居住登记,20250301,居民身份证,990101199006300058,王小明,男,1990-06-30,汉族,360103,,990101001001,幸福路%d号３栋２单元,2025/2/27,务工,13800000000,新居制衣有限公司,已婚,,,2025-03-01 09:00:00,,\r\n", i, i)))
			}
			batch := Batch{
				Sender: "ga", Received: time.Date(2025, 6, 30, 0, 0, 0, 0, time.UTC), Bytes: int64(file.Len()),
				Layout: Layout{Encoding: enc, Delimiter: ',', Header: enc.encode(fullHeader)},
			}
			b.SetBytes(int64(file.Len()))
			b.ReportAllocs()
			for b.Loop() {
				c, err := newChunker(batch, bytes.NewReader(file.Bytes()), chunkRows, nil)
				if err != nil {
					b.Fatal(err)
				}
				n := 0
				for {
					chunk, err := c.next()
					if errors.Is(err, io.EOF) {
						break
					}
					if err != nil {
						b.Fatal(err)
					}
					for i := range chunk.Rows {
						if chunk.Rows[i].Fault != nil {
							b.Fatal(chunk.Rows[i].Fault)
						}
					}
					n += len(chunk.Rows)
				}
				if n != rows {
					b.Fatal(n)
				}
			}
			b.ReportMetric(float64(rows)*float64(b.N)/b.Elapsed().Seconds(), "rows/s")
		})
	}
}
