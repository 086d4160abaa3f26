import type { Response } from 'express';

/**
 * No script, no frame, no picture but the logo, and forms to ourselves. Chrome holds a form against `form-action` along all
 * redirects that follow it, so identity providers, and the product behind them, have to be allowed: any https address, and
 * one of this machine where we are at one ourselves; `[::1]` is none that a source list can name.
 */
export function setPageHeaders(
  response: Response,
  { styleHash, isLocal }: { styleHash: string; isLocal: boolean },
): void {
  const loopback = isLocal ? ' http://localhost:* http://127.0.0.1:*' : '';
  response.set({
    'Content-Security-Policy': [
      "default-src 'none'",
      `style-src ${styleHash}`,
      "img-src 'self'",
      `form-action 'self' https:${loopback}`,
      "base-uri 'none'",
      "frame-ancestors 'none'",
    ].join('; '),
    'Cache-Control': 'no-store',
    'Cross-Origin-Opener-Policy': 'same-origin',
    'Cross-Origin-Resource-Policy': 'same-origin',
    'Permissions-Policy': 'camera=(), geolocation=(), microphone=()',
    // Not `no-referrer`, under which browsers say `Origin: null` with our own forms; nobody else is told an address of ours.
    'Referrer-Policy': 'same-origin',
    'X-Content-Type-Options': 'nosniff',
    'X-Frame-Options': 'DENY',
  });
}

/** An SVG may hold scripts: opened by itself it runs none, and reaches nothing. */
export function setLogoHeaders(response: Response): void {
  response.set({
    'Content-Security-Policy': "default-src 'none'; style-src 'unsafe-inline'; sandbox",
    'Cache-Control': 'public, max-age=3600',
    'Cross-Origin-Resource-Policy': 'same-origin',
    'X-Content-Type-Options': 'nosniff',
  });
}
