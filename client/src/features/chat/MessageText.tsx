import { Anchor, Code } from '@mantine/core';
import { Fragment, useMemo } from 'react';
import { parseMessage, type Piece } from './markdown';
import css from './chat.module.css';

/** The text of a message with its formatting. */
export function MessageText({ text }: { text: string }) {
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
        const inside = <Pieces pieces={block.pieces} />;
        return block.kind === 'quote' ? <blockquote key={at}>{inside}</blockquote> : <p key={at}>{inside}</p>;
      })}
    </div>
  );
}

function Pieces({ pieces }: { pieces: Piece[] }) {
  return pieces.map((piece, at) => {
    switch (piece.kind) {
      case 'text':
        return <Fragment key={at}>{piece.text}</Fragment>;
      case 'code':
        return <Code key={at}>{piece.text}</Code>;
      case 'link':
        return (
          <Anchor key={at} href={piece.text} target="_blank" rel="noopener noreferrer" inherit>
            {piece.text}
          </Anchor>
        );
      case 'strong':
        return (
          <strong key={at}>
            <Pieces pieces={piece.pieces} />
          </strong>
        );
      case 'emphasis':
        return (
          <em key={at}>
            <Pieces pieces={piece.pieces} />
          </em>
        );
      case 'deleted':
        return (
          <s key={at}>
            <Pieces pieces={piece.pieces} />
          </s>
        );
    }
  });
}
