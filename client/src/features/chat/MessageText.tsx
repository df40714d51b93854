import { Anchor, Code } from '@mantine/core';
import { Fragment, useMemo } from 'react';
import { parseMessage, type Piece } from './markdown';
import type { MentionName } from './mentions';
import css from './chat.module.css';

interface MessageTextProps {
  text: string;
  nameOf: MentionName;
}

/** The text of a message with its formatting. */
export function MessageText({ text, nameOf }: MessageTextProps) {
  const blocks = useMemo(() => parseMessage(text), [text]);
  return (
    <div className={css.text} dir="auto">
      {blocks.map((block, at) => {
        if (block.kind === 'code') {
          return (
            <Code key={at} block tabIndex={0}>
              {block.text}
            </Code>
          );
        }
        const inside = <Pieces pieces={block.pieces} nameOf={nameOf} />;
        return block.kind === 'quote' ? <blockquote key={at}>{inside}</blockquote> : <p key={at}>{inside}</p>;
      })}
    </div>
  );
}

function Pieces({ pieces, nameOf }: { pieces: Piece[]; nameOf: MentionName }) {
  return pieces.map((piece, at) => {
    switch (piece.kind) {
      case 'text':
        return <Fragment key={at}>{piece.text}</Fragment>;
      case 'code':
        return <Code key={at}>{piece.text}</Code>;
      case 'mention':
        return (
          <bdi key={at} className={css.mention}>
            @{nameOf(piece.person)}
          </bdi>
        );
      case 'link':
        return (
          <Anchor key={at} href={piece.text} target="_blank" rel="noopener noreferrer" inherit>
            {piece.text}
          </Anchor>
        );
      case 'strong':
        return (
          <strong key={at}>
            <Pieces pieces={piece.pieces} nameOf={nameOf} />
          </strong>
        );
      case 'emphasis':
        return (
          <em key={at}>
            <Pieces pieces={piece.pieces} nameOf={nameOf} />
          </em>
        );
      case 'deleted':
        return (
          <s key={at}>
            <Pieces pieces={piece.pieces} nameOf={nameOf} />
          </s>
        );
    }
  });
}
