import { Box, type BoxProps } from '@mantine/core';
import type { ComponentPropsWithoutRef } from 'react';

import classes from './Card.module.css';

export type CardProps = BoxProps &
  Omit<ComponentPropsWithoutRef<'div'>, keyof BoxProps> & {
    component?: 'div' | 'section' | 'article' | 'li' | 'form';
  };

export function Card({ className, p = 'md', component = 'div', ...props }: CardProps) {
  return (
    <Box
      component={component as 'div'}
      className={`${classes.card} ${className ?? ''}`}
      p={p}
      {...props}
    />
  );
}
