import type { ReactNode } from 'react';
import css from './notice.module.css';

interface CallNoticeProps {
  role: 'alert' | 'status';
  title: ReactNode;
  advice?: string;
  /** Buttons. */
  children?: ReactNode;
}

/** A notice during a call. */
export function CallNotice({ role, title, advice, children }: CallNoticeProps) {
  return (
    <div className={css.notice} data-notice role={role}>
      <strong>{title}</strong>
      {advice && <span>{advice}</span>}
      {children && <div className={css.noticeActions}>{children}</div>}
    </div>
  );
}
