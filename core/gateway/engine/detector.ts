/** What a detector found. Offsets are UTF-16, end exclusive. */
export interface Match {
  start: number
  end: number
  /** Where it differs from the detector's own. */
  type?: string
  /** 0 to 1; a checksum or a telling context raises it. */
  confidence: number
}

/** What detectors may ask of the pass they run in. */
export interface ScanContext {
  readonly text: string
  /** Documented example values and test numbers are reported too. */
  readonly examples: boolean
  /** The text goes on beyond its end: what fits so far may be the begin of a value. */
  readonly more: boolean
  /** What begins before this place and has not ended is known to go on no further. */
  readonly decided: number
  /** Remembers how far a detector has read, so that overlapping hits are not read again. */
  readonly readTo: Map<string, number>
}

/** A run of digits by its length, and by what stands directly after it. */
export interface DigitRun {
  least: number
  most: number
  /** One of these characters; absent: anything. */
  after?: string
}

export interface Detector {
  /** Lower-case words with `-`, such as `github-token`; part of findings and placeholders. */
  type: string
  kind: 'secret' | 'pii'
  /** Lower-case ASCII; each place of each, in any letter case, is looked at. */
  keywords?: readonly string[]
  /** Each place where such a run of digits begins is looked at. */
  digits?: DigitRun
  /** Where the format is documented. */
  source: string
  /**
   * Looks around a keyword (or the first digit) at a bounded distance.
   * @param start where the keyword begins
   * @param end where it ends, exclusive
   */
  verify(scan: ScanContext, start: number, end: number): Match | undefined
}
