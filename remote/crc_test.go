package remote_test

import (
	"hash/crc64"
	"math/rand/v2"
	"testing"

	"gantry/remote"
)

func TestCRCsOfPiecesMakeTheCRCOfTheWhole(t *testing.T) {
	table := crc64.MakeTable(0x9a6c9329ac4bc9b5)
	if got := crc64.Checksum([]byte("123456789"), table); got != 0xae8b14860a799888 {
		t.Fatalf("check value %#x", got)
	}
	rnd := rand.New(rand.NewPCG(1, 2))
	data := make([]byte, 70_000)
	for i := range data {
		data[i] = byte(rnd.Uint32())
	}
	var join remote.CRCJoiner
	for range 300 {
		whole := data[:rnd.IntN(len(data))]
		cut := rnd.IntN(len(whole) + 1)
		a, b := crc64.Checksum(whole[:cut], table), crc64.Checksum(whole[cut:], table)
		want, n := crc64.Checksum(whole, table), int64(len(whole)-cut)
		if got := remote.CombineCRC64NVME(a, b, n); got != want {
			t.Fatalf("%d of %d: %#x, want %#x", cut, len(whole), got, want)
		}
		if got := join.Join(a, b, n); got != want {
			t.Fatalf("joiner, %d of %d: %#x, want %#x", cut, len(whole), got, want)
		}
	}
}

func BenchmarkJoinParts(b *testing.B) {
	var join remote.CRCJoiner
	sum := uint64(1)
	for b.Loop() {
		sum = join.Join(sum, 2, 8<<20)
	}
}
