import { CloseButton, Group, NativeSelect, Text, TextInput } from '@mantine/core';
import { IconSearch } from '@tabler/icons-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';

import classes from '../Panel.module.css';
import type { Removal } from '../RemoveDialog';
import { peopleHere } from '../selectors';
import { useSession } from '../store';
import { type Filter, FILTERS, found } from './filter';
import { Person } from './Person';
import { useRows } from './useRows';

/** As in Panel.module.css. */
const ROW_PX = 48;
/** A class this small is found by looking. */
const SEARCHED_FROM = 12;

/** Everyone in class. However many they are, only the rows that can be seen exist. */
export function PeopleList({ onRemove }: { onRemove: (removal: Removal) => void }) {
  const { t } = useTranslation('classroom');
  const everyone = useSession(peopleHere);
  const [search, setSearch] = useState('');
  const [filter, setFilter] = useState<Filter>('everyone');
  const isSearched = everyone.length >= SEARCHED_FROM;
  const people = isSearched ? found(everyone, search, filter) : everyone;
  const { list, from, to } = useRows(people.length, ROW_PX);
  const isAll = people.length === everyone.length;
  return (
    <>
      <h2 className={classes.heading} id="in-class">
        {t('people.inClass')}
      </h2>
      {isSearched && (
        <Group gap={6} wrap="nowrap" mb={6}>
          <TextInput
            size="xs"
            flex={1}
            type="search"
            placeholder={t('people.search')}
            aria-label={t('people.search')}
            leftSection={<IconSearch size={15} aria-hidden />}
            rightSection={
              search && (
                <CloseButton
                  size="xs"
                  aria-label={t('people.clearSearch')}
                  onClick={() => setSearch('')}
                />
              )
            }
            value={search}
            onChange={(event) => setSearch(event.currentTarget.value)}
          />
          <NativeSelect
            size="xs"
            w={128}
            aria-label={t('people.filter')}
            value={filter}
            onChange={(event) => setFilter(event.currentTarget.value as Filter)}
            data={FILTERS.map((value) => ({ value, label: t(`people.filters.${value}`) }))}
          />
        </Group>
      )}
      {isSearched && (
        <Text size="xs" c="dimmed" role="status" className={isAll ? 'sr-only' : undefined}>
          {t('people.found', { found: people.length, count: everyone.length })}
        </Text>
      )}
      <ul
        ref={list}
        className={classes.list}
        aria-labelledby="in-class"
        style={{
          paddingTop: from * ROW_PX,
          height: people.length * ROW_PX,
        }}
      >
        {people.slice(from, to).map((person, index) => (
          <Person
            key={person.participant_id}
            person={person}
            place={from + index + 1}
            count={people.length}
            onRemove={onRemove}
          />
        ))}
      </ul>
    </>
  );
}
