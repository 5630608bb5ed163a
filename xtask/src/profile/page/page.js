'use strict';
// Draws the page from the JSON in it. Nothing is asked of any network.
(() => {
const data = JSON.parse(document.getElementById('data').textContent);
const BASE = 'std';
const KNOWN = ['std', 'system', 'pool', 'bump', 'mimalloc', 'bumpalo', 'hashbrown'];
const state = { workload: 0, hidden: new Set(), overview: 'mean', phase: 'nanos', memory: 'heap',
  op: null, flame: null, difference: false, site: null, ranking: 1, zoom: [] };

// ---- Elements -----------------------------------------------------------------------------

function fill(node, attributes, children) {
  for (const [name, value] of Object.entries(attributes || {})) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith('on')) node.addEventListener(name.slice(2), value);
    else node.setAttribute(name, value === true ? '' : value);
  }
  for (const child of children.flat(Infinity)) {
    if (child !== null && child !== undefined && child !== false) node.append(child);
  }
  return node;
}
const h = (tag, attributes, ...children) =>
  fill(document.createElement(tag), attributes, children);
const put = (node, ...children) => {
  node.replaceChildren();
  return fill(node, {}, children);
};
const s = (tag, attributes, ...children) =>
  fill(document.createElementNS('http://www.w3.org/2000/svg', tag), attributes, children);

// ---- Figures as people read them ----------------------------------------------------------

const ABSENT = '–';
const isNumber = (value) => typeof value === 'number' && Number.isFinite(value);
const digits = (value) => {
  const size = Math.abs(value);
  if (size === 0) return '0';
  if (size >= 1000 || Number.isInteger(value)) return Math.round(value).toLocaleString('en');
  if (size < 0.001) return value.toExponential(1);
  return String(Number(value.toPrecision(3)));
};
// The first unit lasts for so many steps.
function scaled(value, step, units, first) {
  let at = 0;
  if (Math.abs(value) < step * first) return `${digits(value)}\u00a0${units[0]}`;
  while (Math.abs(value) >= step && at + 1 < units.length) { value /= step; at += 1; }
  return `${Number(value.toPrecision(3)).toLocaleString('en')}\u00a0${units[at]}`;
}
const bytes = (value) => scaled(value, 1024, ['B', 'KiB', 'MiB', 'GiB', 'TiB'], 1);
const nanos = (value) => scaled(value, 1000, ['ns', 'µs', 'ms', 's'], 1);
const count = (value) => scaled(value, 1000, ['', 'k', 'M', 'G'], 10).trim();
const byUnit = { ns: nanos, bytes, count: digits };
const shown = (value, unit) =>
  isNumber(value) ? (byUnit[unit] || digits)(value) : ABSENT;
function times(value) {
  if (!isNumber(value)) return ABSENT;
  if (value > 0 && value < 0.005) return `${Number(value.toPrecision(1))}×`;
  return `${value.toFixed(value < 10 ? 2 : 0)}×`;
}
const percent = (part, whole) => whole > 0 ? `${(100 * part / whole).toFixed(1)}\u00a0%` : ABSENT;

// ---- The data -----------------------------------------------------------------------------

// A column holds its largest, and then each value in parts of that.
for (const { timeline } of data.workloads.flatMap((one) => one.cells)) {
  if (!timeline) continue;
  for (const name of ['ops', 'live', 'heap']) {
    const [largest, ...parts] = timeline[name];
    timeline[name] = parts.map((part) => Math.round(part * largest / 10000));
  }
}
const places = new Map(data.metrics.map(([phase, name], at) => [`${phase}.${name}`, at]));
const value = (cell, key, earlier) => {
  const values = earlier ? cell.was : cell.values;
  const at = places.get(key);
  const found = values && at !== undefined ? values[at] : null;
  return found === null ? undefined : found;
};
function phasesOf(cells) {
  const known = new Set();
  data.metrics.forEach(([phase], at) => {
    if (phase !== 'all' && cells.some((cell) => isNumber(cell.values[at]))) known.add(phase);
  });
  return [...known];
}
// The sum is absent when a part of it is, as for a map that cannot do all that others do.
const phases = new Map(data.workloads.flatMap(({ cells }) => {
  const all = phasesOf(cells);
  return cells.map((cell) => [cell, all]);
}));
function summed(cell, name, earlier) {
  let sum = 0;
  for (const phase of phases.get(cell)) {
    const part = value(cell, `${phase}.${name}`, earlier);
    if (!isNumber(part)) return undefined;
    sum += part;
  }
  return sum;
}
const perEntry = (cell, key, earlier) => {
  const [all, entries] = [value(cell, key, earlier), value(cell, 'all.entries', earlier)];
  return isNumber(all) && entries > 0 ? all / entries : undefined;
};
const worstPause = (cell, earlier) => {
  const pair = ['all.worst_insert_ns', 'all.worst_remove_ns'].map((k) => value(cell, k, earlier));
  return pair.every(isNumber) ? Math.max(...pair) : undefined;
};
const MEASURES = {
  time: { title: 'Time', unit: 'ns', of: (cell, was) => summed(cell, 'nanos', was) },
  requests: { title: 'Requests', unit: 'count', of: (c, was) => summed(c, 'requests', was) },
  blocks: { title: 'Heap blocks', unit: 'count', of: (c, was) => summed(c, 'heap_blocks', was) },
  peak: { title: 'Peak heap', unit: 'bytes', of: (c, was) => value(c, 'all.heap_peak_bytes', was) },
  live: { title: 'Live/entry', unit: 'bytes',
    of: (c, was) => perEntry(c, 'all.heap_live_bytes', was) },
  pause: { title: 'Worst pause', unit: 'ns', of: worstPause },
};
const baseOf = (workload) => workload.cells.find((cell) => cell.backend === BASE);
function toBase(workload, cell, measure) {
  const base = baseOf(workload);
  if (!base) return undefined;
  if (measure === 'mean') {
    const parts = ['time', 'blocks', 'peak'].map((name) => toBase(workload, cell, name));
    return parts.every(isNumber) ? parts.reduce((a, b) => a + b) / parts.length : undefined;
  }
  const [own, other] = [cell, base].map((one) => MEASURES[measure].of(one));
  if (!isNumber(own) || !isNumber(other)) return undefined;
  if (own === 0 && other === 0) return 1;
  return other === 0 ? undefined : own / other;
}
const isSound = (cell) => cell.faults.length === 0 && !(value(cell, 'all.end_blocks') > 0);

const backends = [...new Set(data.workloads.flatMap((w) => w.cells.map((cell) => cell.backend)))];
const colour = (backend) => {
  const known = KNOWN.indexOf(backend);
  const others = backends.filter((name) => !KNOWN.includes(name));
  return `var(--b${known >= 0 ? known : (7 + others.indexOf(backend)) % 8})`;
};
const dot = (paint) => h('i', { class: 'dot', style: `--of:${paint}`, 'aria-hidden': 'true' });
const workload = () => data.workloads[state.workload];
const visible = () => workload().cells.filter((cell) => !state.hidden.has(cell.backend));

// ---- Controls -----------------------------------------------------------------------------

function segments(label, options, chosen, choose) {
  const button = ([key, title]) => h('button', { type: 'button',
    'aria-pressed': String(key === chosen), onclick: () => choose(key) }, title);
  return h('div', { class: 'segments', role: 'group', 'aria-label': label }, options.map(button));
}

// A table that sorts by any column. A cell is {text, sort, class, style} or a node.
function table(label, columns, rows, options = {}) {
  const body = h('tbody');
  const heads = columns.map((title, at) => h('th', { scope: 'col',
    class: (options.left || []).includes(at) ? 'left' : null },
  h('button', { type: 'button', onclick: () => sort(at) }, title || ' ')));
  const order = { at: -1, down: false };
  const key = (row, at) => row.cells[at].sort !== undefined ? row.cells[at].sort
    : row.cells[at].text;
  function compare(left, right) {
    const [a, b] = [key(left, order.at), key(right, order.at)];
    if (a === b) return 0;
    if (a === null || a === ABSENT) return 1;
    if (b === null || b === ABSENT) return -1;
    const sign = isNumber(a) && isNumber(b) ? a - b : String(a).localeCompare(String(b));
    return order.down ? -sign : sign;
  }
  function sort(at) {
    order.down = order.at === at && !order.down;
    order.at = at;
    heads.forEach((head, index) => {
      if (index !== at) head.removeAttribute('aria-sort');
      else head.setAttribute('aria-sort', order.down ? 'descending' : 'ascending');
    });
    lay([...rows].sort(compare));
  }
  function lay(sorted) {
    put(body, sorted.map((row) => h('tr',
      { 'aria-current': row.current ? 'true' : null },
      row.cells.map((cell, at) => h(at === 0 ? 'th' : 'td', {
        scope: at === 0 ? 'row' : null, class: cell.class, style: cell.style, title: cell.title,
      }, cell.node ? cell.node() : cell.text)))));
  }
  lay(rows);
  return h('div', { class: 'scroll pinned', role: 'region', 'aria-label': label, tabindex: '0' },
    h('table', { 'aria-label': label }, h('thead', {}, h('tr', {}, heads)), body));
}

function section(id, title, controls, ...children) {
  return h('section', { 'aria-labelledby': `${id}-title`, id },
    h('div', { class: 'title' }, h('h2', { id: `${id}-title` }, title), controls), children);
}
const note = (text) => h('p', { class: 'muted note' }, text);
const named = (backend) => () => h('span', { style: 'white-space:nowrap' }, dot(colour(backend)),
  ` ${backend}`);

// ---- Overview -----------------------------------------------------------------------------

// A heap of its own: what it takes of the system is not seen, only what is asked of it.
const UNSEEN = 'mimalloc';

function isRanked(found) {
  return found.cell.backend !== UNSEEN || ['time', 'pause'].includes(state.overview);
}

function overview() {
  const options = [['mean', 'Mean'], ['time', 'Time'], ['blocks', 'Heap blocks'],
    ['peak', 'Peak heap'], ['live', 'Live bytes'], ['pause', 'Worst pause']];
  const rows = data.workloads.map((one, index) => {
    const ratios = backends.map((backend) => {
      const cell = one.cells.find((found) => found.backend === backend);
      return cell && { cell, ratio: toBase(one, cell, state.overview) };
    });
    const sound = ratios.filter((found) => found && isSound(found.cell) && isNumber(found.ratio));
    const best = Math.min(...sound.filter(isRanked).map((found) => found.ratio));
    const ratio = (found) => {
      if (!found) return { text: ABSENT, sort: null };
      const leaks = value(found.cell, 'all.end_blocks') > 0;
      if (found.cell.faults.length) return { text: 'failed', class: 'leak', sort: null };
      if (!isNumber(found.ratio)) return { text: ABSENT, sort: null };
      const much = Math.min(34, 30 * Math.abs(Math.log2(Math.max(found.ratio, 0.05))) / 2);
      const is = found.ratio === best && isRanked(found) ? 'tint best' : 'tint';
      return { text: times(found.ratio) + (leaks ? ' leak' : ''), sort: found.ratio,
        class: leaks ? 'leak' : is,
        style: `--hue:var(--${found.ratio <= 1 ? 'good' : 'bad'});--much:${much.toFixed(0)}%` };
    };
    const link = () => h('button', { type: 'button', class: 'link',
      onclick: () => choose(index, true) }, one.name);
    return { current: index === state.workload, cells: [
      { node: link, text: one.name, title: one.description }, ...ratios.map(ratio)] };
  });
  const words = state.overview === 'mean'
    ? 'The mean of three ratios to std: time of all phases, heap blocks of all phases, peak heap. '
      + 'Bold is the lowest, of those whose heap is seen.'
    : 'Ratios to std; less is better. Bold is the lowest of each workload.';
  put(document.getElementById('overview'),
    h('div', { class: 'title' }, h('p', { class: 'muted' }, words),
      segments('What is compared', options, state.overview, (key) => {
        state.overview = key; overview();
      })),
    table('All workloads, ratios to std', ['workload', ...backends], rows));
}

// ---- One workload: tables -----------------------------------------------------------------

function change(own, was, exact) {
  if (!isNumber(own) || !isNumber(was)) return null;
  if (own === was) return h('span', { class: 'sub', title: 'as before' }, '~');
  const by = was === 0 ? 'new' : `${own > was ? '+' : ''}${digits(100 * (own / was - 1))} %`;
  return h('span', { class: `sub ${exact ? (own > was ? 'worse' : 'better') : ''}`,
    title: 'to the earlier report' }, by);
}

function backendTable() {
  const names = ['time', 'requests', 'blocks', 'peak', 'live', 'pause'];
  const rows = visible().map((cell) => {
    const figures = names.map((name) => {
      const own = MEASURES[name].of(cell);
      const ratio = cell.backend === BASE ? undefined : toBase(workload(), cell, name);
      return { sort: isNumber(own) ? own : null, text: '', node: () => [
        shown(own, MEASURES[name].unit),
        isNumber(ratio) ? h('span', { class: 'sub' }, times(ratio)) : null,
        cell.was ? change(own, MEASURES[name].of(cell, true), MEASURES[name].unit !== 'ns') : null,
      ] };
    });
    const left = value(cell, 'all.end_blocks');
    return { cells: [{ node: named(cell.backend), text: cell.backend }, ...figures,
      { text: shown(left, 'count'), sort: isNumber(left) ? left : null,
        class: left > 0 ? 'leak' : null }] };
  });
  const titles = names.map((name) => MEASURES[name].title);
  return section('backends', 'Backends', null,
    note(`Over all phases, with the ratio to std${data.before
      ? ', and the change to the earlier report (~ for none)' : ''}. Left are blocks at the end.`),
    table('Backends', ['backend', ...titles, 'Left'], rows));
}

function phaseTable() {
  const options = [['nanos', 'Time', 'ns'], ['requests', 'Requests', ''],
    ['heap_blocks', 'Heap blocks', ''], ['heap_bytes', 'Heap bytes', 'bytes'],
    ['grows', 'Grows', ''], ['frees', 'Frees', '']]
    .filter(([name]) => data.metrics.some(([phase, known]) => phase !== 'all' && known === name));
  const unit = options.find(([name]) => name === state.phase)[2];
  const cells = visible();
  const base = baseOf(workload());
  const perOp = (cell, phase) => {
    const [all, ops] = [value(cell, `${phase}.${state.phase}`), value(cell, `${phase}.ops`)];
    return isNumber(all) && ops > 0 ? all / ops : undefined;
  };
  const rows = phasesOf(cells).map((phase) => ({ cells: [{ text: phase }, ...cells.map((cell) => {
    const own = perOp(cell, phase);
    const std = base && cell !== base ? perOp(base, phase) : undefined;
    return { sort: isNumber(own) ? own : null, text: '', node: () => [shown(own, unit),
      h('span', { class: 'sub' }, std > 0 && isNumber(own) ? times(own / std) : '')] };
  })] }));
  return section('phases', 'Phases, per operation',
    segments('Figure', options, state.phase, (key) => { state.phase = key; redraw('phases'); }),
    table('Phases', ['phase', ...cells.map((cell) => cell.backend)], rows));
}

function allFigures() {
  const cells = visible();
  const search = h('input', { type: 'search', placeholder: 'filter', 'aria-label': 'Filter' });
  const place = h('div');
  const lay = () => {
    const wanted = search.value.toLowerCase();
    const rows = [];
    data.metrics.forEach(([phase, name, unit], at) => {
      const key = `${phase}.${name}`;
      if (!key.includes(wanted) || !cells.some((cell) => isNumber(cell.values[at]))) return;
      rows.push({ cells: [{ text: key }, { text: unit, class: 'left muted' },
        ...cells.map((cell) => ({ sort: cell.values[at],
          text: isNumber(cell.values[at]) ? cell.values[at].toLocaleString('en') : ABSENT }))] });
    });
    put(place, table('All figures',
      ['figure', 'unit', ...cells.map((cell) => cell.backend)], rows, { left: [1] }));
  };
  search.addEventListener('input', lay);
  const fold = h('details', {}, h('summary', {}, 'Show every figure as it was reported'),
    h('p', {}, search), place);
  fold.addEventListener('toggle', () => { if (fold.open && !place.firstChild) lay(); });
  return section('figures', 'All figures', null, fold);
}

// ---- Charts -------------------------------------------------------------------------------

function steps(largest, wanted) {
  const rough = largest / wanted;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((n) => n * power).find((n) => n >= rough);
  const ticks = [];
  for (let at = 0; at <= largest * 1.0001; at += step) ticks.push(at);
  return ticks;
}
function byteTicks(largest) {
  const unit = 1024 ** Math.max(0, Math.floor(Math.log2(largest) / 10));
  return steps(largest / unit, 4).map((n) => n * unit);
}
// Charts are drawn once their place is in the page and has a width, and again when that changes.
const waiting = [];
const settle = () => waiting.splice(0).forEach((lay) => lay());
function chart(kind, label, draw, caption) {
  const place = h('div');
  const figure = h('figure', { 'data-chart': kind }, caption ? h('figcaption', {}, caption) : null,
    place);
  let width = 0;
  const lay = () => {
    const now = Math.floor(place.clientWidth);
    if (now === 0 || now === width) return;
    width = now;
    const svg = draw(width, figure);
    svg.setAttribute('role', kind === 'flame' ? 'group' : 'img');
    svg.setAttribute('aria-label', label);
    put(place, svg);
  };
  // In the next frame: drawing changes the height, which must not go round in circles.
  new ResizeObserver(() => requestAnimationFrame(lay)).observe(place);
  waiting.push(lay);
  return figure;
}
const canvas = (width, height, ...children) =>
  s('svg', { viewBox: `0 0 ${width} ${height}`, height }, children);
const line = (x1, y1, x2, y2, is) => s('line', { x1, y1, x2, y2, class: is });
const text = (x, y, words, anchor, is) =>
  s('text', { x, y, 'text-anchor': anchor || 'start', class: is }, words);

function legend(items) {
  return h('div', { class: 'legend' }, items.map(([paint, words]) =>
    h('span', {}, dot(paint), words)));
}

// Backends often hold the same: what is drawn last has gaps, so that others show.
const DASHES = { bump: '11 7', mimalloc: '3 5', bumpalo: '5 10', hashbrown: '16 5' };

function memory() {
  const cells = visible().filter((cell) => cell.timeline);
  if (!cells.length) return null;
  const column = state.memory;
  const all = cells.flatMap((cell) => cell.timeline[column]);
  const [largest, lastOp] = [Math.max(1, ...all), Math.max(1,
    ...cells.map((cell) => cell.timeline.ops[cell.timeline.ops.length - 1]))];
  const draw = (width, figure) => {
    const [height, left, right, top, foot] = [300, 62, 8, 22, 26];
    const x = (op) => left + (width - left - right) * op / lastOp;
    const y = (held) => height - foot - (height - foot - top) * held / largest;
    const parts = [...bands(cells[0].timeline, x, top, height - foot)];
    for (const tick of byteTicks(largest)) {
      parts.push(line(left, y(tick), width - right, y(tick), 'grid'),
        text(left - 8, y(tick) + 4, bytes(tick), 'end'));
    }
    const ticks = steps(lastOp, Math.max(2, Math.floor(width / 150)));
    for (const tick of ticks) {
      const end = x(tick) > width - 60 ? 'end' : tick === 0 ? 'start' : 'middle';
      parts.push(text(x(tick), height - 8, tick === 0 ? '0 operations' : count(tick), end));
    }
    for (const { backend, timeline } of cells) {
      const points = timeline.ops.map((op, at) =>
        `${x(op).toFixed(1)},${y(timeline[column][at]).toFixed(1)}`);
      parts.push(s('polyline', { points: points.join(' '), fill: 'none', 'stroke-width': 1.8,
        'stroke-linejoin': 'round', 'stroke-dasharray': DASHES[backend],
        style: `stroke:${colour(backend)}` }));
    }
    const svg = canvas(width, height, parts);
    return followed(svg, figure, cells, column, { x, top, foot: height - foot, lastOp, left,
      right: width - right });
  };
  const what = column === 'heap' ? 'Held from the heap' : 'Asked for by the map';
  const label = `${what} over the run. `
    + cells.map((cell) => `${cell.backend}: at most ${bytes(Math.max(...cell.timeline[column]))}`)
      .join('; ');
  return section('memory', 'Memory over time',
    segments('Bytes', [['heap', 'Held from the heap'], ['live', 'Asked for by the map']], column,
      (key) => { state.memory = key; redraw('memory'); }),
    legend(cells.map((cell) => [colour(cell.backend), cell.backend])),
    chart('memory', label, draw));
}

// Every other phase is shaded; a phase is named where its name has room.
function bands(timeline, x, top, foot) {
  const parts = [];
  let [at, start] = [0, 0];
  timeline.phases.forEach(([name, points], index) => {
    at += points;
    const end = timeline.ops[at - 1];
    const [from, to] = [x(start), x(end)];
    if (index % 2 === 0) {
      parts.push(s('rect', { x: from, y: top, width: Math.max(0, to - from), height: foot - top,
        class: 'phase' }));
    }
    const words = data.names[name];
    if (to - from > words.length * 6.2 + 6) {
      parts.push(text((from + to) / 2, top - 7, words, 'middle'));
    }
    start = end;
  });
  return parts;
}

// A line under the pointer, and what each backend holds there.
function followed(svg, figure, cells, column, area) {
  const tip = h('div', { class: 'tip', hidden: true });
  const cursor = line(0, area.top, 0, area.foot, 'axis');
  cursor.setAttribute('visibility', 'hidden');
  svg.append(cursor);
  figure.querySelectorAll('.tip').forEach((old) => old.remove());
  figure.append(tip);
  const leave = () => { tip.hidden = true; cursor.setAttribute('visibility', 'hidden'); };
  svg.addEventListener('pointerleave', leave);
  svg.addEventListener('pointermove', (event) => {
    const box = svg.getBoundingClientRect();
    const place = event.clientX - box.left;
    if (place < area.left || place > area.right) return leave();
    const op = area.lastOp * (place - area.left) / (area.right - area.left);
    const rows = cells.map(({ backend, timeline }) => {
      let at = timeline.ops.findIndex((known) => known >= op);
      if (at < 0) at = timeline.ops.length - 1;
      return h('div', {}, dot(colour(backend)), backend, h('b', {}, bytes(timeline[column][at])));
    });
    put(tip, h('div', { class: 'muted' }, `after ${count(Math.round(op))} operations`), rows);
    tip.hidden = false;
    cursor.setAttribute('visibility', 'visible');
    cursor.setAttribute('x1', place);
    cursor.setAttribute('x2', place);
    const beside = place + 16 + tip.offsetWidth > box.width ? place - 12 - tip.offsetWidth
      : place + 14;
    tip.style.left = `${Math.max(0, beside)}px`;
    tip.style.top = `${area.top + 8}px`;
  });
  return svg;
}

// ---- Pauses -------------------------------------------------------------------------------

const CAUSES = { nothing: ['var(--b0)', 'no memory work'], node: ['var(--b1)', 'a node'],
  chunk: ['var(--b3)', 'a chunk from the heap'], free: ['var(--b4)', 'given back to the heap'],
  unknown: ['var(--b7)', 'not known'] };
const causeOf = (name) => CAUSES[name] || ['var(--b7)', name];

function pauses() {
  const all = visible().flatMap((cell) => cell.pauses.map((row) => {
    const [op, cause, times_, p50, p99, p999, max, over, bins] = row;
    return { backend: cell.backend, op: data.names[op], cause: data.names[cause], count: times_,
      p50, p99, p999, max, over, bins, limit: value(cell, 'all.pause_threshold_ns') };
  }));
  if (!all.length) return null;
  const ops = [...new Set(all.map((row) => row.op))];
  if (!ops.includes(state.op)) state.op = ops[0];
  const rows = all.filter((row) => row.op === state.op);
  const limit = rows.map((row) => row.limit).find(isNumber) || 10000;
  const classes = rows.flatMap((row) => row.bins.filter((_, at) => at % 2 === 0));
  const counts = rows.flatMap((row) => row.bins.filter((_, at) => at % 2 === 1));
  const scale = { from: Math.min(...classes, Math.log2(limit)) - 0.5,
    to: Math.max(...classes, Math.log2(limit)) + 1.5, most: Math.max(2, ...counts), limit };
  const used = [...new Set(rows.map((row) => row.cause))];
  const panels = [...new Set(rows.map((row) => row.backend))].map((backend) => {
    const own = rows.filter((row) => row.backend === backend);
    const over = own.reduce((sum, row) => sum + row.over, 0);
    const label = `Lengths of ${state.op} on ${backend}: `
      + own.map((row) => `${causeOf(row.cause)[1]}, ${row.count} times, at most ${nanos(row.max)}`)
        .join('; ');
    const longest = Math.max(...own.map((row) => row.max));
    return chart('pauses', label, (width) => histogram(own, scale, width), [dot(colour(backend)),
      backend, h('span', { class: 'muted' }, `max ${nanos(longest)}, ${digits(over)} over`)]);
  });
  const figures = rows.map((row) => ({ cells: [
    { node: named(row.backend), text: row.backend }, { text: causeOf(row.cause)[1], class: 'left' },
    { text: digits(row.count), sort: row.count },
    ...['p50', 'p99', 'p999', 'max'].map((key) => ({ text: nanos(row[key]), sort: row[key] })),
    { text: digits(row.over), sort: row.over, class: row.over ? 'worse' : null }] }));
  return section('pauses', 'Pauses',
    segments('Operation', ops.map((op) => [op, op]), state.op, (key) => {
      state.op = key; redraw('pauses');
    }),
    note('How long single calls took, by what they did to memory. Both axes are logarithmic; the '
      + `dashed line stands at ${nanos(limit)}, and what took longer is counted as over.`),
    legend(used.map((cause) => causeOf(cause))),
    h('div', { class: 'panels' }, panels),
    h('details', {}, h('summary', {}, 'Show percentiles by cause'), table('Pauses', ['backend',
      'cause', 'count', 'p50', 'p99', 'p99.9', 'max', `over ${nanos(limit)}`], figures,
    { left: [1] })));
}

function histogram(rows, scale, width) {
  const [height, left, right, top, foot] = [170, 34, 6, 8, 22];
  const x = (bin) => left + (width - left - right) * (bin - scale.from) / (scale.to - scale.from);
  const powers = Math.max(1, Math.ceil(Math.log10(scale.most)));
  // One is a bit above the ground, so that a single call can be seen.
  const y = (times_) => height - foot
    - (height - foot - top) * (times_ < 1 ? 0 : (Math.log10(times_) + 0.35) / (powers + 0.35));
  const parts = [];
  for (let power = 0; power <= powers; power += powers > 4 ? 2 : 1) {
    parts.push(line(left, y(10 ** power), width - right, y(10 ** power), 'grid'),
      text(left - 6, y(10 ** power) + 4, count(10 ** power), 'end'));
  }
  // Every second power of ten where there is no room for each.
  const step = x(Math.log2(10)) - x(0) < 48 ? 2 : 1;
  for (let power = 0; power < 12; power += step) {
    const bin = Math.log2(10 ** power);
    if (bin < scale.from || x(bin) > width - 14) continue;
    parts.push(text(x(bin), height - 6, nanos(10 ** power), x(bin) < left + 12 ? 'start'
      : 'middle'), line(x(bin), height - foot, x(bin), height - foot + 4, 'axis'));
  }
  for (const row of rows) {
    const ground = (height - foot).toFixed(1);
    const points = [];
    let last = null;
    for (let at = 0; at < row.bins.length; at += 2) {
      const [bin, times_] = [row.bins[at], row.bins[at + 1]];
      if (last !== null && bin > last + 1) {
        points.push(`${x(last + 1).toFixed(1)},${ground}`, `${x(bin).toFixed(1)},${ground}`);
      }
      if (last === null) points.push(`${x(bin).toFixed(1)},${ground}`);
      points.push(`${x(bin).toFixed(1)},${y(times_).toFixed(1)}`,
        `${x(bin + 1).toFixed(1)},${y(times_).toFixed(1)}`);
      last = bin;
    }
    if (last === null) continue;
    points.push(`${x(last + 1).toFixed(1)},${ground}`);
    const paint = causeOf(row.cause)[0];
    parts.push(s('polygon', { points: points.join(' '), 'fill-opacity': 0.16, 'stroke-width': 1.4,
      style: `fill:${paint};stroke:${paint}` }, s('title', {},
      `${causeOf(row.cause)[1]}: ${digits(row.count)} calls, at most ${nanos(row.max)}`)));
  }
  const limit = x(Math.log2(scale.limit));
  parts.push(line(limit, top, limit, height - foot, 'limit'));
  return canvas(width, height, parts);
}

// ---- Size classes, fill, lifetimes --------------------------------------------------------

function panels(id, title, words, items, draw, label) {
  if (!items.length) return null;
  const figures = items.map((cell) => chart(id, `${title}, ${cell.backend}. ${label(cell)}`,
    (width) => draw(cell, width), [dot(colour(cell.backend)), cell.backend]));
  return section(id, title, null, note(words), h('div', { class: 'panels' }, figures));
}

// A row for each of the classes with the most bytes asked for.
function sizeBars(cell, width) {
  const weight = ([size, requests]) => size * requests;
  const rows = [...cell.sizes].sort((a, b) => weight(b) - weight(a)).slice(0, 10)
    .sort((a, b) => a[0] - b[0]);
  const most = Math.max(1, ...rows.map((row) => row[1]));
  const [step, left, right] = [19, 62, 62];
  const long = (n) => n > 0 ? Math.max(1.5, (width - left - right) * n / most) : 0;
  const paint = `fill:${colour(cell.backend)}`;
  return canvas(width, rows.length * step + 4, rows.map(([size, requests, frees, live], at) => [
    text(left - 8, at * step + 14, bytes(size), 'end'),
    s('rect', { x: left, y: at * step + 4, width: long(requests), height: step - 6, rx: 2,
      style: paint, 'fill-opacity': 0.35 }),
    s('rect', { x: left, y: at * step + 4, width: long(live), height: step - 6, rx: 2,
      style: paint }),
    text(left + long(requests) + 6, at * step + 14, count(requests), 'start', 'value'),
    s('rect', { x: 0, y: at * step, width, height: step, fill: 'transparent' }, s('title', {},
      `${bytes(size)}: ${digits(requests)} requests, ${digits(frees)} frees, ${
        digits(live)} live`)),
  ]));
}

function columns(values, names, titles, paint, width) {
  const all = values.reduce((sum, n) => sum + n, 0);
  const most = Math.max(1, ...values);
  const [height, top, foot] = [130, 16, 20];
  const step = width / values.length;
  const high = (n) => n > 0 ? Math.max(1.5, (height - top - foot) * n / most) : 0;
  const every = Math.ceil(values.length * 34 / width);
  const parts = values.map((n, at) => [
    s('rect', { x: at * step + 1.5, y: height - foot - high(n), width: Math.max(1, step - 3),
      height: high(n), rx: 2, style: `fill:${paint}` }),
    n === most ? text(Math.min(Math.max(at * step + step / 2, 20), width - 20),
      height - foot - high(n) - 4, percent(n, all), 'middle', 'value') : null,
    at % every === 0 ? text(at * step + step / 2, height - 5, names[at], 'middle') : null,
    s('rect', { x: at * step, y: 0, width: step, height, fill: 'transparent' },
      s('title', {}, `${titles[at]}: ${digits(n)} (${percent(n, all)})`)),
  ]);
  parts.push(line(0, height - foot, width, height - foot, 'grid'));
  return canvas(width, height, parts);
}

const has = (key) => visible().filter((cell) => cell[key] && cell[key].length);
const sizes = () => panels('sizes', 'Size classes', 'What was asked for, by size: requests of the '
  + 'whole run pale, those alive after the build solid. The ten classes with the most bytes.',
has('sizes'), sizeBars, (cell) => cell.sizes.map(([size, n]) => `${bytes(size)}: ${n}`).join('; '));
function filled() {
  const words = 'Nodes by tenth of their slots in use, after the build. Further right is denser.';
  const names = (cell) => cell.fill.map((_, at) => `${at * 10} %`);
  const titles = (cell) => cell.fill.map((_, at) => `${at * 10} to ${at * 10 + 10} %`);
  return panels('fill', 'Fill of nodes', words, has('fill'), (cell, width) =>
    columns(cell.fill, names(cell), titles(cell), colour(cell.backend), width),
  (cell) => cell.fill.join(', '));
}
const below = (limit) => limit === null ? '∞'
  : scaled(limit, 1024, ['', 'k', 'M', 'G'], 1).trim();
function lifetimes() {
  const words = 'Blocks by how many requests came between their own and their end: fewer than so '
    + 'many. Left is short-lived.';
  const title = ([limit]) => limit === null ? 'longer' : `fewer than ${digits(limit)} requests`;
  return panels('lifetimes', 'Lifetimes of blocks', words, has('lifetimes'), (cell, width) =>
    columns(cell.lifetimes.map((row) => row[1]), cell.lifetimes.map((row) => below(row[0])),
      cell.lifetimes.map(title), colour(cell.backend), width),
  (cell) => cell.lifetimes.map(([limit, n]) => `${below(limit)}: ${n}`).join('; '));
}

// ---- Flame graph --------------------------------------------------------------------------

function grown(flat) {
  const root = { name: 'all', now: 0, was: 0, children: [] };
  const path = [root];
  for (let at = 0; flat && at < flat.length; at += 3) {
    const [depth, name, held] = [flat[at], data.names[flat[at + 1]], flat[at + 2]];
    const node = { name, now: held, was: 0, children: [] };
    path.length = depth + 1;
    path[depth].children.push(node);
    path.push(node);
  }
  return root.children[0] || root;
}
function united(now, was) {
  const node = { name: now ? now.name : was.name, now: now ? now.now : 0, was: was ? was.now : 0 };
  const names = [...new Set([now, was].flatMap((tree) => tree ? tree.children.map((c) => c.name)
    : []))];
  const child = (tree, name) => tree && tree.children.find((one) => one.name === name);
  node.children = names.map((name) => united(child(now, name), child(was, name)));
  return node;
}
// Wide enough for what was there before, too.
function weighed(node, difference) {
  const inner = node.children.reduce((sum, one) => sum + weighed(one, difference), 0);
  node.weight = Math.max(node.now, difference ? node.was : 0, inner);
  return node.weight;
}
function paintOf(node, difference, whole) {
  if (!difference) {
    let hash = 0;
    for (const letter of node.name.split('::')[0]) hash = (hash * 31 + letter.charCodeAt(0)) >>> 0;
    return `var(--f${hash % 6})`;
  }
  const by = (node.now - node.was) / Math.max(1, whole);
  if (by === 0) return 'var(--even)';
  const much = Math.min(100, 25 + 150 * Math.abs(by));
  const paint = `var(--${by > 0 ? 'grown' : 'shrunk'})`;
  return `color-mix(in srgb, ${paint} ${much.toFixed(0)}%, var(--even))`;
}

function flame() {
  const cells = visible().filter((cell) => cell.flame.length || (cell.flame_was || []).length);
  if (!cells.length) return null;
  const cell = cells.find((one) => one.backend === state.flame)
    || cells.find((one) => one.backend === 'system') || cells[0];
  state.flame = cell.backend;
  const difference = state.difference && cell.flame_was !== undefined;
  const tree = united(cell.flame.length ? grown(cell.flame) : null,
    cell.flame_was ? grown(cell.flame_was) : null);
  weighed(tree, difference);
  const told = h('p', { class: 'told muted', 'aria-live': 'polite' });
  const trail = h('p');
  const draw = (width) => icicle(tree, width, difference, told);
  const place = h('div');
  const lay = () => {
    let node = tree;
    const links = [link('all', 0)];
    state.zoom.forEach((name, at) => {
      const next = node && node.children.find((one) => one.name === name);
      node = next;
      if (next) links.push(' › ', link(name, at + 1));
    });
    if (!node) state.zoom = [];
    put(trail, state.zoom.length ? links : []);
    const label = `Heap at its peak on ${cell.backend} by callers, ${bytes(tree.now)} in all`;
    put(place, chart('flame', label, draw));
    if (place.isConnected) settle();
  };
  const link = (name, depth) => h('button', { type: 'button', class: 'mono',
    onclick: () => { state.zoom.length = depth; lay(); } }, name);
  flame.zoom = (names) => { state.zoom = names; lay(); };
  lay();
  const controls = h('div', { class: 'title', style: 'margin:0' },
    segments('Backend', cells.map((one) => [one.backend, one.backend]), cell.backend, (key) => {
      state.flame = key; state.zoom = []; redraw('flame');
    }),
    cell.flame_was !== undefined ? segments('Show', [[false, 'Now'], [true, 'Difference']],
      difference, (key) => { state.difference = key; redraw('flame'); }) : null);
  const words = 'Who holds the heap as it is largest: the outermost caller on top, its callees '
    + 'below it, as wide as their bytes. Choose one to look closer. Less than half a per cent is '
    + 'not drawn.';
  return section('flame', 'Flame graph at the peak', controls, note(words),
    difference ? legend([['var(--grown)', 'more than before'], ['var(--shrunk)', 'less'],
      ['var(--even)', 'the same']]) : null, trail, place, told);
}

function icicle(tree, width, difference, told) {
  const step = 22;
  const parts = [];
  let deepest = 0;
  const chain = [tree];
  for (const name of state.zoom) {
    const next = chain[chain.length - 1].children.find((one) => one.name === name);
    if (!next) break;
    chain.push(next);
  }
  const lay = (node, names, depth, from, wide) => {
    if (wide < 1.5) return;
    deepest = Math.max(deepest, depth);
    const letters = Math.floor((wide - 10) / 6.7);
    const name = node.name.length > letters ? `${node.name.slice(0, Math.max(0, letters - 1))}…`
      : node.name;
    const by = difference ? `, before ${bytes(node.was)}` : '';
    const words = `${node.name}: ${bytes(node.now)}, ${percent(node.now, tree.now)}${by}`;
    const open = () => flame.zoom(names);
    const tell = () => { told.textContent = words; };
    parts.push(s('g', { tabindex: '0', role: 'button', 'aria-label': words, onclick: open,
      onfocus: tell, onpointerenter: tell,
      onkeydown: (event) => { if (event.key === 'Enter' || event.key === ' ') {
        event.preventDefault(); open();
      } } },
    s('rect', { x: from.toFixed(1), y: depth * step, width: wide.toFixed(1), height: step - 1,
      rx: 2, style: `fill:${paintOf(node, difference, tree.was)}` }, s('title', {}, words)),
    letters > 2 ? s('text', { x: from + 5, y: depth * step + 15, class: 'mono' }, name) : null));
    if (depth + 1 < chain.length) {
      const next = chain[depth + 1];
      lay(next, [...names, next.name], depth + 1, from, wide);
      return;
    }
    let at = from;
    for (const child of node.children) {
      const part = wide * child.weight / node.weight;
      lay(child, [...names, child.name], depth + 1, at, part);
      at += part;
    }
  };
  lay(tree, [], 0, 0, width);
  const svg = canvas(width, (deepest + 1) * step, parts);
  svg.classList.add('flame');
  return svg;
}

// ---- Hotspots -----------------------------------------------------------------------------

const RANKINGS = [['never given back', 1], ['at the peak', 2], ['in total', 3], ['temporary', 4]];

function hotspots() {
  const cells = visible().filter((cell) => cell.sites.length);
  if (!cells.length) return null;
  const cell = cells.find((one) => one.backend === state.site)
    || cells.find((one) => one.backend === 'system') || cells[0];
  state.site = cell.backend;
  const [words, column] = RANKINGS[state.ranking];
  const rows = cell.rankings[state.ranking].map((at) => {
    const site = cell.sites[at];
    const frames = site[0].map((name) => data.names[name]);
    const parts = (frame) => {
      const [, name, file] = frame.match(/^(.*?)(?: \((.*)\))?$/);
      return [h('span', { class: 'mono' }, name), h('span', { class: 'file' }, file || '')];
    };
    const names = frames.slice(1).map((frame) => frame.split(' (')[0]);
    const callers = names.length > 5 ? [...names.slice(0, 2), '…', ...names.slice(-3)] : names;
    const by = callers.length ? h('span', { class: 'file mono' }, `from ${callers.join(' < ')}`)
      : null;
    const path = () => h('details', {}, h('summary', {}, parts(frames[0]), by),
      h('ol', {}, frames.slice(1).map((frame) => h('li', {}, parts(frame)))));
    const pair = (index) => [{ text: digits(site[index][0]), sort: site[index][0] },
      { text: bytes(site[index][1]), sort: site[index][1] }];
    const others = [1, 2, 3, 4].filter((index) => index !== column)
      .map((index) => pair(index)[1]);
    return { cells: [{ node: path, text: frames[0], class: 'path' }, ...pair(column), ...others] };
  });
  const rest = RANKINGS.filter(([, index]) => index !== column).map(([name]) => name);
  const content = rows.length
    ? table('Call sites', ['call site, and its callers', 'blocks', 'bytes', ...rest], rows)
    : h('p', {}, `${cell.backend} has none ${words}.`);
  return section('hotspots', 'Hotspots',
    h('div', { class: 'title', style: 'margin:0' },
      segments('Backend', cells.map((one) => [one.backend, one.backend]), cell.backend, (key) => {
        state.site = key; redraw('hotspots');
      }),
      segments('Ranked by', RANKINGS.map(([name], at) => [at, name]), state.ranking, (key) => {
        state.ranking = key; redraw('hotspots');
      })),
    note('Where blocks of the heap were asked for. Temporary is what a site asked for again after '
      + 'it had given as much back.'), content);
}

// ---- The page -----------------------------------------------------------------------------

const SECTIONS = { backends: backendTable, phases: phaseTable, memory, pauses, sizes, fill: filled,
  lifetimes, flame, hotspots, figures: allFigures };

// Draws one section again, and leaves the focus on the control that asked for it.
function redraw(id) {
  const old = document.getElementById(id);
  const buttons = (node) => [...node.querySelectorAll('.segments button')];
  const at = buttons(old).indexOf(document.activeElement);
  const drawn = SECTIONS[id]();
  old.replaceWith(drawn);
  settle();
  if (at >= 0 && buttons(drawn)[at]) buttons(drawn)[at].focus();
}

function detail() {
  const one = workload();
  if (!one) return;
  const options = data.workloads.map((each, at) =>
    h('option', { value: at, selected: at === state.workload }, each.name));
  const chips = one.cells.map(({ backend }) => h('button', { type: 'button',
    'aria-pressed': String(!state.hidden.has(backend)), onclick: () => {
      if (state.hidden.has(backend)) state.hidden.delete(backend); else state.hidden.add(backend);
      if (!visible().length) state.hidden.delete(backend);
      detail();
      const again = [...document.querySelectorAll('.chips button')];
      again.find((chip) => chip.textContent === backend).focus();
    } }, dot(colour(backend)), backend));
  put(document.getElementById('detail'),
    h('div', { class: 'bar' },
      h('label', {}, 'Workload', h('select', {
        onchange: (event) => choose(Number(event.target.value)) }, options)),
      h('div', { class: 'chips', role: 'group', 'aria-label': 'Backends shown' }, chips)),
    h('p', { class: 'verdict' }, one.verdict),
    one.advice.length ? h('ul', { class: 'advice' }, one.advice.map((words) => h('li', {}, words)))
      : null,
    h('p', { class: 'muted' }, `${one.description}${entriesOf(one)}`),
    one.cells.flatMap((cell) => cell.faults.map((fault) => h('p', { class: 'fault' }, fault))),
    Object.values(SECTIONS).map((draw) => draw()).filter((drawn) => drawn !== null));
  settle();
}
function entriesOf(one) {
  const entries = one.cells.map((cell) => value(cell, 'all.entries')).find(isNumber);
  return entries ? `; ${digits(entries)} entries` : '';
}

function choose(index, jump) {
  state.workload = index;
  state.zoom = [];
  overview();
  detail();
  try { history.replaceState(null, '', `#${workload().name}`); } catch { /* a page in a frame */ }
  if (jump) document.getElementById('detail').scrollIntoView();
}

function theme() {
  const button = document.getElementById('theme');
  const names = ['auto', 'light', 'dark'];
  let chosen = 'auto';
  try { chosen = localStorage.getItem('allotment-theme') || 'auto'; } catch { /* kept nowhere */ }
  const set = () => {
    if (chosen === 'auto') document.documentElement.removeAttribute('data-theme');
    else document.documentElement.setAttribute('data-theme', chosen);
    button.textContent = `Theme: ${chosen}`;
  };
  button.addEventListener('click', () => {
    chosen = names[(names.indexOf(chosen) + 1) % names.length];
    try { localStorage.setItem('allotment-theme', chosen); } catch { /* kept nowhere */ }
    set();
  });
  set();
}

function head() {
  const sentence = (host) => `${host.date}, revision ${String(host.revision).slice(0, 12)}${
    host.dirty ? ' with local changes' : ''}; ${host.cpu}, ${host.cores} cores; ${host.os}; ${
    host.rustc}`;
  const words = [sentence(data.host), data.quick ? '. Small sizes (--quick).' : '.'];
  if (data.before) words.push(h('br'), `Compared with ${sentence(data.before)}.`);
  put(document.getElementById('host'), words);
  const failed = data.workloads.flatMap((one) => one.cells.flatMap((cell) => cell.faults));
  const leaks = data.workloads.flatMap((one) => one.cells
    .filter((cell) => value(cell, 'all.end_blocks') > 0)
    .map((cell) => `Leak in ${one.name}/${cell.backend}: ${
      digits(value(cell, 'all.end_blocks'))} blocks never given back`));
  const lines = [...leaks, ...failed].map((words_) => h('p', { class: 'fault' }, words_));
  const told = [[leaks.length, 'leaks'], [failed.length, 'failures']].filter(([n]) => n > 0)
    .map(([n, what]) => `${n} ${what}`).join(', ');
  put(document.getElementById('faults'), lines.length <= 3 ? lines : h('details', {},
    h('summary', { class: 'fault' }, told), lines));
}

const wanted = data.workloads.findIndex((one) => `#${one.name}` === location.hash);
state.workload = Math.max(0, wanted);
theme();
head();
overview();
detail();
})();
