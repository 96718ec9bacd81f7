import { binary, call, choice, type Expression, known, number } from './expression.ts';
import type { ProgramBuilder } from './program-builder.ts';

const NONE = number(Number.NaN);

/** Start and duration of the flow. Times in microseconds since 1970, NaN where not told or not believed. */
export function addTimes(builder: ProgramBuilder): void {
  const uptime = uptimes(builder);
  const start = firstBelieved(builder, [
    ntp(builder, 156, false),
    ntp(builder, 154, true),
    scaled(builder, 152, 1000),
    scaled(builder, 150, 1e6),
    uptime.start,
    delta(builder, 158),
  ]);
  const end = firstBelieved(builder, [
    ntp(builder, 157, false),
    ntp(builder, 155, true),
    scaled(builder, 153, 1000),
    scaled(builder, 151, 1e6),
    uptime.end,
    delta(builder, 159),
  ]);
  const duration = durationTold(builder, uptime.duration);
  const event = firstBelieved(builder, [
    ntp(builder, 325, false),
    ntp(builder, 324, true),
    scaled(builder, 323, 1000),
    scaled(builder, 322, 1e6),
    scaled(builder, 258, 1000),
  ]);
  const fallback = event ? orElse(event, known('reference')) : known('reference');
  // Where only the end is known, the start is as long before it as the flow is said to have lasted.
  const fromEnd = end && (duration ? orElse(builder.let(binary(end, '-', duration)), end) : end);
  const late = fromEnd ? orElse(fromEnd, fallback) : fallback;
  const began = builder.let(start ? orElse(start, late) : late);
  builder.step({ is: 'store', column: 'ts', value: began });
  const told = duration ? choice(binary(duration, '>', 0), binary(duration, '/', 1e6), number(0)) : number(0);
  if (start && end) {
    const both = binary(isTold(start), '&&', isTold(end));
    const between = choice(binary(end, '>', start), binary(binary(end, '-', start), '/', 1e6), number(0));
    builder.step({ is: 'store', column: 'duration', value: choice(both, between, told) });
  } else if (duration) builder.step({ is: 'store', column: 'duration', value: told });
}

function isTold(time: Expression): Expression {
  return binary(time, '===', time);
}

/** NaN is the only value that is not equal to itself. */
function orElse(time: Expression, otherwise: Expression): Expression {
  return choice(isTold(time), time, otherwise);
}

/** The first of these times that lies near enough to the receive time, as a local; undefined when none is in the template. */
function firstBelieved(builder: ProgramBuilder, times: readonly (Expression | undefined)[]): Expression | undefined {
  const believed = times
    .filter((time) => time !== undefined)
    .map((time) => {
      const value = builder.let(time);
      const near = binary(binary(value, '>=', known('earliest')), '&&', binary(value, '<=', known('latest')));
      return builder.let(choice(near, value, NONE));
    });
  if (believed.length === 0) return undefined;
  return builder.let(believed.reduceRight((rest, time) => orElse(time, rest)));
}

/** A 64-bit NTP time; of microseconds the lower 11 bits of the fraction say nothing (RFC 7011 section 6.1.9). */
function ntp(builder: ProgramBuilder, id: number, isMicroseconds: boolean): Expression | undefined {
  const field = builder.ofLength(0, id, 8)?.index;
  if (field === undefined) return undefined;
  const fraction: Expression = { is: 'word', field, offset: 4 };
  const whole = isMicroseconds ? binary(binary(fraction, '>>>', 11), '*', 2048) : fraction;
  return call('ntp', { is: 'word', field, offset: 0 }, whole);
}

function scaled(builder: ProgramBuilder, id: number, microseconds: number): Expression | undefined {
  const value = builder.uint(0, id);
  return value && binary(value, '*', microseconds);
}

/** Microseconds before the export time. */
function delta(builder: ProgramBuilder, id: number): Expression | undefined {
  const value = builder.uint(0, id);
  return value && binary(known('reference'), '-', value);
}

/**
 * flowStartSysUpTime (22) and flowEndSysUpTime (21): milliseconds since the device started, modulo 2^32. The header of
 * version 9 says the uptime at export, so the difference counts, with its sign: a flow may begin before the uptime
 * wrapped, and some devices write a time slightly ahead. IPFIX has to be told when the device started (160).
 */
function uptimes(builder: ProgramBuilder): { start?: Expression; end?: Expression; duration?: Expression } {
  const first = builder.uint(0, 22);
  const last = builder.uint(0, 21);
  const signed = (value: Expression) => binary(value, '|', 0);
  if (builder.options.protocol === 'netflow9') {
    const at = (value: Expression | undefined) =>
      value && binary(known('reference'), '-', binary(signed(binary(known('uptime'), '-', value)), '*', 1000));
    return { start: at(first), end: at(last) };
  }
  const inRecord = builder.uint(0, 160);
  const boot = inRecord ? builder.let(binary(inRecord, '||', known('boot'))) : known('boot');
  const at = (value: Expression | undefined) => value && call('upSince', boot, value, known('reference'));
  const duration = first && last && binary(signed(binary(last, '-', first)), '*', 1000);
  return { start: at(first), end: at(last), duration };
}

/** How long the flow lasted by its own field, or by uptimes that cannot be placed. */
function durationTold(builder: ProgramBuilder, byUptime: Expression | undefined): Expression | undefined {
  const fine = builder.uint(0, 162);
  const coarse = scaled(builder, 161, 1000);
  const values = [fine, coarse, byUptime].filter((value) => value !== undefined);
  if (values.length === 0) return undefined;
  const value = builder.let(values.reduceRight((rest, one) => binary(one, '||', rest)));
  const longest = number(builder.options.maxTimeDifference * 1e6);
  const fits = binary(binary(value, '>=', 0), '&&', binary(value, '<=', longest));
  return builder.let(choice(fits, value, NONE));
}
