import { useEffect, useState } from 'react';
import { VideoMeter, type VideoReading } from '~/media/video-meter';
import type { Meeting } from './meeting';

const INTERVAL_MS = 2_000;

/** The statistics of the videos of a meeting, sent by source and received by id, while the component is shown. */
export function useVideoReadings(meeting: Meeting): ReadonlyMap<string, VideoReading> {
  const [readings, setReadings] = useState<ReadonlyMap<string, VideoReading>>(new Map());
  useEffect(() => {
    let closed = false;
    const meters = new WeakMap<RTCPeerConnection, VideoMeter>();
    const read = async () => {
      const found = new Map<string, VideoReading>();
      for (const [key, connection] of meeting.connections) {
        const meter = meters.get(connection) ?? new VideoMeter();
        meters.set(connection, meter);
        const report = await connection.getStats().catch(() => undefined);
        const reading = report && meter.read(report as ReadonlyMap<string, unknown>);
        if (reading) found.set(key, reading);
      }
      if (!closed) setReadings(found);
    };
    void read();
    const timer = setInterval(() => void read(), INTERVAL_MS);
    return () => {
      closed = true;
      clearInterval(timer);
    };
  }, [meeting]);
  return readings;
}
