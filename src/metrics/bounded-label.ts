/** In characters; none of our names is longer. */
const maxValueLength = 100;

/** The values of a label: names, limited in number. */
export class BoundedLabel {
  private readonly values = new Set<string>();

  constructor(private readonly most: number) {}

  of(value: string): string {
    if (value === "" || this.values.has(value)) return value;
    if (this.values.size >= this.most || value.length > maxValueLength) {
      return "other";
    }
    this.values.add(value);
    return value;
  }
}
