package rowfile

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"testing"
)

const fullHeader = "事件编号,事件类型,生效日期,证件类型,证件号码,姓名,性别,出生日期,民族,户籍地区划,户口性质,居住地区划,居住地址,到达日期,居住事由,联系电话,工作单位,婚姻状况,居住证有效期,积分,事件时间,原事件编号,备注"

// BenchmarkRows measures cutting and decoding alone: every cell of every row.
func BenchmarkRows(b *testing.B) {
	for _, enc := range everyEncoding {
		b.Run(string(enc), func(b *testing.B) {
			const rows = 20_000
			file := enc.AppendEncoded(nil, fullHeader+"\r\n")
			for i := range rows {
				file = enc.AppendEncoded(file, fmt.Sprintf("E%d,居住登记,20250301,居民身份证,990101199006300058,王小明,男,1990-06-30,汉族,360103,,990101001001,幸福路%d号３栋２单元,2025/2/27,务工,13800000000,新居制衣有限公司,已婚,,,2025-03-01 09:00:00,,\r\n", i, i))
			}
			l, err := detect(file, Hints{Encoding: enc})
			if err != nil {
				b.Fatal(err)
			}
			b.SetBytes(int64(len(file)))
			b.ReportAllocs()
			for b.Loop() {
				countRows(b, file, l, rows)
			}
			b.ReportMetric(float64(rows)*float64(b.N)/b.Elapsed().Seconds(), "rows/s")
		})
	}
}

func countRows(b *testing.B, file []byte, l Layout, want int) {
	b.Helper()
	r, err := NewReader(bytes.NewReader(file), int64(len(file)), l, Position{})
	if err != nil {
		b.Fatal(err)
	}
	d := NewDecoder(l)
	n := 0
	for {
		rec, err := r.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		if _, _, why, _ := d.Row(&rec); why != nil || err != nil {
			b.Fatal(why, err)
		}
		n++
	}
	if n != want {
		b.Fatal(n)
	}
}

// BenchmarkDetect measures the look at a whole file before its first row is read.
func BenchmarkDetect(b *testing.B) {
	file := append(inGB("编号,姓名,住址\n"), bytes.Repeat(inGB("990101199006300058,王小明,浙江省诸暨市暨阳街道江新社区人民路12号\n"), 20_000)...)
	b.SetBytes(int64(len(file)))
	for b.Loop() {
		if _, err := detect(file, Hints{}); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkMarkup(b *testing.B) {
	const rows = 10_000
	var xml, jsonl bytes.Buffer
	xml.WriteString("<a>")
	for i := range rows {
		fmt.Fprintf(&xml, "<r><编号>E%d</编号><姓名>王小明</姓名><证件号码>990101199006300058</证件号码><住址>幸福路%d号</住址></r>\n", i, i)
		fmt.Fprintf(&jsonl, "{\"编号\":\"E%d\",\"姓名\":\"王小明\",\"证件号码\":\"990101199006300058\",\"住址\":\"幸福路%d号\"}\n", i, i)
	}
	xml.WriteString("</a>")
	for name, file := range map[string][]byte{"XML": xml.Bytes(), "JSON": jsonl.Bytes()} {
		b.Run(name, func(b *testing.B) {
			l, err := detect(file, Hints{})
			if err != nil {
				b.Fatal(err)
			}
			b.SetBytes(int64(len(file)))
			for b.Loop() {
				countRows(b, file, l, rows)
			}
			b.ReportMetric(float64(rows)*float64(b.N)/b.Elapsed().Seconds(), "rows/s")
		})
	}
}
