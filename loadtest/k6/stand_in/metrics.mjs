// The metrics of k6, without their arithmetic.

import { record } from './record.mjs';

class Metric {
  constructor(name, type) {
    if (!/^[A-Za-z_][A-Za-z0-9_]{0,127}$/.test(name)) throw new Error(`no metric name: ${name}`);
    this.name = name;
    record.metrics.set(name, type);
    record.counts.set(name, 0);
  }

  add(value) {
    record.counts.set(this.name, record.counts.get(this.name) + Number(value));
  }
}

export class Counter extends Metric {
  constructor(name) { super(name, 'counter'); }
}

export class Gauge extends Metric {
  constructor(name) { super(name, 'gauge'); }
}

export class Rate extends Metric {
  constructor(name) { super(name, 'rate'); }
}

export class Trend extends Metric {
  constructor(name) { super(name, 'trend'); }
}
