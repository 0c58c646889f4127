namespace DeviceAgent.Credentials.Caching;

/// <summary>How the set held stands when a failure is judged.</summary>
/// <param name="IsUrgent">It is valid, and near its end.</param>
/// <param name="LapsedLife">It has come to its end without another: the life that it had. Null else.</param>
internal readonly record struct Hold(bool IsUrgent, TimeSpan? LapsedLife);
