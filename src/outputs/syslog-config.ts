import { isIP } from 'node:net';
import { z } from 'zod';
import { LINE_FORMATS } from './encode/named-encoders.ts';

const PEM_BYTES = 1_000_000;
/** PRINTUSASCII of RFC 5424, 6: visible, without blanks. */
const PRINTABLE = /^[\x21-\x7e]*$/;
/** SD-NAME of RFC 5424, 6.3.2, with the private enterprise number that names of one's own need. */
const SD_ID = /^[\x21\x23-\x3c\x3e\x3f\x41-\x5c\x5e-\x7e]{1,24}@\d{1,10}(\.\d{1,10})*$/;

/** Configuration of an output to a syslog server. */
export const syslogSchema = z
  .strictObject({
    host: z
      .string()
      .min(1)
      .max(253)
      .refine(isHost, 'must be a name or an IP address')
      .describe('Name or address of the server.'),
    port: z
      .int()
      .min(1)
      .max(65_535)
      .optional()
      .describe('Its port: 601 with tcp, 6514 with tls, 514 with udp when not given.'),
    transport: z
      .enum(['tcp', 'tls', 'udp'])
      .default('tcp')
      .describe('tls is encrypted (RFC 5425). udp (RFC 5426) loses events: nothing tells what arrived.'),
    framing: z
      .enum(['octet-counting', 'newline'])
      .default('octet-counting')
      .describe(
        'How messages are told apart in a stream (RFC 6587): by their length, or by line ends for old servers.',
      ),
    format: z
      .enum(LINE_FORMATS)
      .default('vedette')
      .describe('Body of a message: JSON with names of vedette, ecs, ocsf or cim, or a line of CEF or LEEF.'),
    facility: z.int().min(0).max(23).default(16).describe('Facility (RFC 5424, 6.2.1); 16 is local0.'),
    hostname: z
      .string()
      .regex(PRINTABLE, 'must be visible ASCII without blanks')
      .max(255)
      .default('')
      .describe('HOSTNAME of the messages; that of this machine when empty.'),
    app_name: z
      .string()
      .regex(PRINTABLE, 'must be visible ASCII without blanks')
      .min(1)
      .max(48)
      .default('vedette')
      .describe('APP-NAME of the messages.'),
    sd_id: z
      .string()
      .regex(SD_ID, 'must be a name and an enterprise number such as vedette@32473, at most 32 characters')
      .max(32)
      .default('vedette@32473')
      .describe(
        'Name of the structured data that holds id, kind and risk; 32473 is the number for examples (RFC 5612).',
      ),
    max_datagram: z.int().min(480).max(65_000).default(8192).describe('Bytes at which a message over UDP is cut.'),
    batch_size: z.int().min(1).max(10_000).default(1000).describe('Messages that are confirmed together at most.'),
    settle_ms: z
      .int()
      .min(0)
      .max(60_000)
      .default(1000)
      .describe(
        'Milliseconds that a connection must last after the messages were sent for them to count as delivered.',
      ),
    timeout_ms: z
      .int()
      .min(100)
      .max(600_000)
      .default(30_000)
      .describe('Milliseconds for connecting, and for the server to take what is sent.'),
    verify_tls: z.boolean().default(true).describe("Whether the server's certificate must be trusted."),
    ca: z.string().max(PEM_BYTES).optional().describe("PEM of the authorities to trust instead of the system's."),
    cert: z.string().max(PEM_BYTES).optional().describe('PEM of our certificate, where the server asks for one.'),
    key: z.string().max(PEM_BYTES).optional().describe('PEM of its key.').meta({ writeOnly: true }),
    allow_private: z.boolean().default(false).describe('Whether private and loopback addresses may be connected to.'),
  })
  .refine(({ cert, key }) => (cert === undefined) === (key === undefined), {
    error: 'belongs to a cert, and a cert to it',
    path: ['key'],
  });

export type SyslogConfig = z.infer<typeof syslogSchema>;

const PORTS = { tcp: 601, tls: 6514, udp: 514 } as const;

export function portOf({ port, transport }: SyslogConfig): number {
  return port ?? PORTS[transport];
}

function isHost(text: string): boolean {
  return isIP(text) > 0 || /^[A-Za-z0-9_]([A-Za-z0-9_.-]*[A-Za-z0-9_.])?$/.test(text);
}
