using System.Globalization;
using Amazon.DynamoDBv2.Model;
using DeviceAgent.Sensing;

namespace DeviceAgent.Upload;

/// <summary>From a reading to an item of the table.</summary>
internal sealed class ItemMapper(TableOptions table)
{
    public Dictionary<string, AttributeValue> ToItem(Reading reading)
    {
        var item = new Dictionary<string, AttributeValue>
        {
            [table.PartitionKey] = new() { S = reading.SerialNumber },
            [table.SortKey] = new() { S = TimestampText.Format(reading.Timestamp) },
        };
        if (table.TimeToLive is { } timeToLive)
        {
            var expiry = reading.Timestamp.ToUnixTimeSeconds() + (timeToLive.Days * 86_400L);
            item[timeToLive.Attribute] = new AttributeValue { N = expiry.ToString(CultureInfo.InvariantCulture) };
        }

        foreach (var (name, value) in reading.Attributes) item.TryAdd(name, ToAttribute(value));
        foreach (var (name, value) in table.StaticAttributes) item.TryAdd(name, ToAttribute(value));
        return item;
    }

    private static AttributeValue ToAttribute(ReadingValue value) => value switch
    {
        ReadingValue.Number number => new AttributeValue { N = number.Digits },
        ReadingValue.Text text => new AttributeValue { S = text.Value },
        ReadingValue.Flag flag => new AttributeValue { BOOL = flag.Value },
        ReadingValue.Sequence sequence => new AttributeValue { L = [.. sequence.Values.Select(ToAttribute)] },
        ReadingValue.Structure structure => new AttributeValue { M = structure.Fields.ToDictionary(f => f.Key, f => ToAttribute(f.Value)) },
        _ => new AttributeValue { NULL = true },
    };
}
