/** Bands of the risk score, 0 to 100, that formats with a few words for it share. 70 is what Vedette calls high. */
export type RiskBand = 'informational' | 'low' | 'medium' | 'high' | 'critical';

export function riskBand(score: number): RiskBand {
  if (score >= 90) return 'critical';
  if (score >= 70) return 'high';
  if (score >= 40) return 'medium';
  return score >= 1 ? 'low' : 'informational';
}
