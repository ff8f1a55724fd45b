package figures

import (
	"bytes"
	"fmt"
	"os"
	"strconv"
	"time"

	"golang.org/x/sys/unix"
)

// processCPU is the CPU time of this process and of the commands that it has
// waited for. The process's own clock is finer than getrusage and counts the same.
func processCPU() time.Duration {
	var own unix.Timespec
	var ran unix.Rusage
	if unix.ClockGettime(unix.CLOCK_PROCESS_CPUTIME_ID, &own) != nil || unix.Getrusage(unix.RUSAGE_CHILDREN, &ran) != nil {
		return 0
	}
	return time.Duration(own.Nano() + ran.Utime.Nano() + ran.Stime.Nano())
}

// tick is the unit of /proc/<pid>/stat: USER_HZ, 100 on every Linux.
const tick = 10 * time.Millisecond

// CPUOf returns a reader of the CPU time that another process on this machine
// has used so far.
func CPUOf(pid int) func() (time.Duration, error) {
	name := fmt.Sprintf("/proc/%d/stat", pid)
	return func() (time.Duration, error) {
		b, err := os.ReadFile(name)
		if err != nil {
			return 0, err
		}
		// The second field is the command in brackets and may hold spaces.
		fields := bytes.Fields(b[bytes.LastIndexByte(b, ')')+1:])
		if len(fields) < 13 {
			return 0, fmt.Errorf("%s: too few fields", name)
		}
		var sum time.Duration
		for _, f := range fields[11:13] { // utime, stime
			n, err := strconv.ParseInt(string(f), 10, 64)
			if err != nil {
				return 0, fmt.Errorf("%s: %w", name, err)
			}
			sum += time.Duration(n) * tick
		}
		return sum, nil
	}
}
