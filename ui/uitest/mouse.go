package uitest

import "fmt"

// Buttons of mouse reports in SGR form (mode 1006).
const (
	left      = 0
	right     = 2
	ctrl      = 16
	motion    = 32
	wheelUp   = 64
	wheelDown = 65
)

func (x *Term) report(button, cx, cy int, final byte) {
	x.t.Helper()
	x.Send(fmt.Sprintf("\x1b[<%d;%d;%d%c", button, cx+1, cy+1, final))
}

// Press presses the left button at a cell; cells count from 0.
func (x *Term) Press(cx, cy int) { x.t.Helper(); x.report(left, cx, cy, 'M') }

// Motion moves with the left button down.
func (x *Term) Motion(cx, cy int) { x.t.Helper(); x.report(left+motion, cx, cy, 'M') }

// Release lets the left button go.
func (x *Term) Release(cx, cy int) { x.t.Helper(); x.report(left, cx, cy, 'm') }

// Click presses and releases the left button.
func (x *Term) Click(cx, cy int) {
	x.t.Helper()
	x.Press(cx, cy)
	x.Release(cx, cy)
}

// CtrlClick clicks with Ctrl held.
func (x *Term) CtrlClick(cx, cy int) {
	x.t.Helper()
	x.report(left+ctrl, cx, cy, 'M')
	x.report(left+ctrl, cx, cy, 'm')
}

// RightClick presses and releases the right button.
func (x *Term) RightClick(cx, cy int) {
	x.t.Helper()
	x.report(right, cx, cy, 'M')
	x.report(right, cx, cy, 'm')
}

// Drag presses the left button at x0, y0, moves by way of the middle to x1, y1
// and releases it there.
func (x *Term) Drag(x0, y0, x1, y1 int) {
	x.t.Helper()
	x.Press(x0, y0)
	x.Motion((x0+x1)/2, (y0+y1)/2)
	x.Motion(x1, y1)
	x.Release(x1, y1)
}

// Wheel turns the wheel over a cell by n notches, down if n is positive.
func (x *Term) Wheel(cx, cy, n int) {
	x.t.Helper()
	button := wheelDown
	if n < 0 {
		button, n = wheelUp, -n
	}
	for range n {
		x.report(button, cx, cy, 'M')
	}
}
