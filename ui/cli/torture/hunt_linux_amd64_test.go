package torture_test

// powerCut watches whether what is published is on the disk.
func (h *hunter) powerCut(w *world) []string {
	s := h.one("acme:big", "down/big", true, "mv", "acme:big", "{}/down/")
	s.stage(w)
	disk := newPower(w, &s.plan)
	x := newTracer(w)
	x.once(s.args, 0, false, disk.see)
	disk.settled("I2: the program has ended")
	return append(disk.broken, s.plan.atRest(w)...)
}
