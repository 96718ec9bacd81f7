import { useState } from 'react';
import { Command } from '../../widgets/copy.tsx';
import { Segmented } from '../../widgets/segmented.tsx';
import { Notice } from '../../widgets/states.tsx';
import { isLocalOnly, portOf } from './figures.ts';
import type { Listener } from './types.ts';

const DEVICES = [
  { value: 'cisco', label: 'Cisco IOS XE' },
  { value: 'juniper', label: 'Juniper Junos' },
  { value: 'mikrotik', label: 'MikroTik' },
  { value: 'softflowd', label: 'softflowd' },
  { value: 'hsflowd', label: 'hsflowd' },
] as const;
type Device = (typeof DEVICES)[number]['value'];

interface Ports {
  readonly netflow: string;
  readonly ipfix: string;
  readonly sflow: string;
}

/** The ports that are listened on; every protocol is taken on any of them, so the usual ones come first. */
export function portsOf(listeners: readonly Listener[]): Ports {
  const open = listeners.filter((listener) => listener.error === null).map((listener) => portOf(listener.address));
  const prefer = (usual: string) => (open.includes(usual) ? usual : (open[0] ?? usual));
  return { netflow: prefer('2055'), ipfix: prefer('4739'), sflow: prefer('6343') };
}

/** This server as other devices know it; a browser on the same machine only knows a name that means every machine. */
export function serverName(hostname: string): string {
  return isLocalOnly(hostname) ? 'SERVER-ADDRESS' : hostname.replace(/^\[|\]$/g, '');
}

/** Lines to paste into a device, with this server as the collector. */
export function exampleFor(device: Device, host: string, ports: Ports): string {
  const examples: Record<Device, readonly string[]> = {
    cisco: [
      'flow exporter VEDETTE',
      ` destination ${host}`,
      ` transport udp ${ports.ipfix}`,
      ' export-protocol ipfix',
      ' template data timeout 60',
      'flow monitor VEDETTE',
      ' record netflow ipv4 original-input',
      ' exporter VEDETTE',
      ' cache timeout active 60',
      'interface GigabitEthernet0/0/0',
      ' ip flow monitor VEDETTE input',
    ],
    juniper: [
      'set services flow-monitoring version-ipfix template VEDETTE ipv4-template',
      'set services flow-monitoring version-ipfix template VEDETTE flow-active-timeout 60',
      'set services flow-monitoring version-ipfix template VEDETTE template-refresh-rate seconds 60',
      'set forwarding-options sampling instance VEDETTE input rate 1000',
      `set forwarding-options sampling instance VEDETTE family inet output flow-server ${host} port ${ports.ipfix}`,
      `set forwarding-options sampling instance VEDETTE family inet output flow-server ${host} version-ipfix template VEDETTE`,
      'set forwarding-options sampling instance VEDETTE family inet output inline-jflow source-address ROUTER-ADDRESS',
      'set chassis fpc 0 sampling-instance VEDETTE',
      'set interfaces ge-0/0/0 unit 0 family inet sampling input',
    ],
    mikrotik: [
      '/ip traffic-flow set enabled=yes interfaces=all active-flow-timeout=1m',
      `/ip traffic-flow target add dst-address=${host} port=${ports.netflow} version=9 v9-template-timeout=1m`,
    ],
    softflowd: [`softflowd -i eth0 -v 9 -n ${host}:${ports.netflow} -t maxlife=60`],
    hsflowd: [
      'sflow {',
      '  sampling = 1000',
      '  polling = 20',
      `  collector { ip=${host} udpport=${ports.sflow} }`,
      '  pcap { dev=eth0 }',
      '}',
    ],
  };
  return examples[device].join('\n');
}

/** What is shown while nothing has sent flows: how to make a device do so. */
export function SetUp({ listeners, host }: { listeners: readonly Listener[]; host: string }) {
  const [device, setDevice] = useState<Device>('cisco');
  const ports = portsOf(listeners);
  return (
    <Notice title="Nothing has sent flows yet">
      <p>
        Point a router, switch, firewall or probe at this server. NetFlow 5, 7, 9, IPFIX and sFlow 5 are told apart by
        themselves, on every port; usual are {ports.netflow} for NetFlow, {ports.ipfix} for IPFIX and {ports.sflow} for
        sFlow.
      </p>
      <Segmented label="Device" options={DEVICES} value={device} onChange={setDevice} />
      <Command
        label={`the configuration for ${DEVICES.find((one) => one.value === device)?.label}`}
        text={exampleFor(device, host, ports)}
      />
      <p className="muted">
        Export on the way in only: flows that are exported on the way in and on the way out count twice. An active
        timeout and a template refresh of a minute keep the figures current.
      </p>
    </Notice>
  );
}
