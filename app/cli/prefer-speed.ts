import { setFlagsFromString } from 'node:v8'

/**
 * Takes back what `keep-small` does, for a process that runs one group because one for all cannot
 * keep up. With many requests under way a young generation of a megabyte moves what soon ends into
 * the old one: an event is recorded with two thirds of the processor's time where it may grow, and
 * the process stays smaller.
 */
export function preferSpeed(): void {
  setFlagsFromString('--no-optimize-for-size')
  setFlagsFromString('--semi-space-growth-factor=2')
}
