/** Ports from 1024 on that belong to servers far more often than to clients. */
const HIGH = [
  1080, 1194, 1433, 1434, 1521, 1701, 1723, 1812, 1813, 1883, 1900, 2049, 2055, 2375, 2376, 2379, 2483, 3128, 3260,
  3268, 3306, 3389, 3478, 4222, 4500, 4739, 4789, 5060, 5061, 5222, 5269, 5353, 5355, 5432, 5671, 5672, 5683, 5900,
  5901, 5985, 5986, 6081, 6343, 6379, 6443, 6514, 6667, 6697, 7001, 7474, 8000, 8008, 8080, 8081, 8086, 8123, 8443,
  8883, 8888, 9000, 9042, 9090, 9092, 9200, 9300, 9418, 9995, 9996, 10050, 11211, 15672, 27017, 50051, 51820,
];

const SERVER = new Uint8Array(65_536);
SERVER.fill(1, 1, 1024);
for (const port of HIGH) SERVER[port] = 1;

/** Whether of two ports only the source is one of a server: then the packet is an answer, and its sender did not begin. */
export function isAnswer(srcPort: number, dstPort: number): boolean {
  return SERVER[srcPort] === 1 && SERVER[dstPort] === 0;
}
