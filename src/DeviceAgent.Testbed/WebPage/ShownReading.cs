namespace DeviceAgent.Testbed.WebPage;

/// <summary>One reading on the page.</summary>
/// <param name="Timestamp">As it stands in the table.</param>
/// <param name="Temperature">°C; null when the reading has none.</param>
/// <param name="Humidity">Percent; null when the reading has none.</param>
internal sealed record ShownReading(string Timestamp, double? Temperature, double? Humidity);
